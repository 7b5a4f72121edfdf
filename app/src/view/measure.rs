//! The work of one frame of the canvas without a window, for benches.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{Context, LayerId, Pos2, RawInput, Rect, vec2};
use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::Plan;
use stackyard_solver::report::Report;

use crate::camera::{Camera, Sight};
use crate::look::{Computed, Look, Selection, Shown};
use crate::theme::{self, Tokens};
use crate::view::canvas_scene::{self, Brush};
use crate::view::{canvas_paint, legend, rulers};

/// A canvas that can be painted again and again.
pub struct Bench {
    ctx: Context,
    catalogue: Catalogue,
    computed: Computed,
    size: [f32; 2],
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Bench {
    /// Prepares fonts and the report's view of the plan.
    pub fn new(plan: &Plan, catalogue: &Catalogue, report: &Report, size: [f32; 2]) -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        let computed = Computed::new(1, Arc::new(plan.clone()), report.clone(), 0.0);
        Self { ctx, catalogue: catalogue.with_overrides_of(plan), computed, size }
    }

    /// Builds and tessellates the canvas once; tells shapes and triangles.
    pub fn frame(&self) -> (usize, usize) {
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(self.size[0], self.size[1]));
        let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let mut shapes = 0;
        let mut output = self.ctx.run_pass(input, |ctx| {
            let painter = ctx.layer_painter(LayerId::background());
            let tokens = Tokens::of(&ctx.global_style().visuals);
            let mut camera = Camera::default();
            let viewport = screen.shrink(theme::RULER);
            if let Some(bounds) = self.computed.plan.bounds() {
                camera.fit(bounds, viewport);
            }
            let mut brush = Brush::new(&painter, Sight { camera, viewport }, tokens);
            let (selection, highlight) = (Selection::default(), BTreeSet::new());
            let (order, shown) = (self.computed.plan.phase_order(), Shown::default());
            let look = Look {
                plan: &self.computed.plan,
                catalogue: &self.catalogue,
                computed: Some(&self.computed),
                revision: 1,
                selection: &selection,
                highlight: &highlight,
                phase: None,
                order: &order,
                shown: &shown,
            };
            canvas_scene::draw(&mut brush, &look, &self.computed.plan, false);
            canvas_paint::draw(&mut brush, &look, None);
            legend::draw(&mut brush, &look);
            rulers::draw(&mut brush, screen);
            shapes = brush.shapes.len();
            painter.extend(brush.shapes);
        });
        let drawn = std::mem::take(&mut output.shapes);
        let primitives = self.ctx.tessellate(drawn, output.pixels_per_point);
        output.drop_without_applying_deltas();
        let triangles = primitives
            .iter()
            .map(|primitive| match &primitive.primitive {
                eframe::egui::epaint::Primitive::Mesh(mesh) => mesh.indices.len() / 3,
                eframe::egui::epaint::Primitive::Callback(_) => 0,
            })
            .sum();
        (shapes, triangles)
    }
}
