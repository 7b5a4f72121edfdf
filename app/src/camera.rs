//! The transform between site and screen.
//!
//! The site is in whole millimetres with north up, the screen in points with y down. Text is laid
//! out at its screen size, so it stays crisp at every zoom.

use eframe::egui::{Pos2, Rect as ScreenRect, Vec2, pos2};
use glam::DVec2;
use stackyard_solver::geometry::{Point, Rect};

use crate::format::{points, whole};

/// Closest and farthest zoom in points per metre.
const ZOOM: (f64, f64) = (0.02, 2_000.0);

/// Where the view looks and how closely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Camera {
    center_m: DVec2,
    points_per_m: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self { center_m: DVec2::ZERO, points_per_m: 8.0 }
    }
}

/// A camera together with the part of the window it fills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    /// Where it looks.
    pub(crate) camera: Camera,
    /// The part of the window.
    pub(crate) viewport: ScreenRect,
}

fn site_m(point: Point) -> DVec2 {
    DVec2::new(point.x as f64, point.y as f64) / 1000.0
}

impl Camera {
    /// Points on the screen for one metre on site.
    pub(crate) fn points_per_m(&self) -> f64 {
        self.points_per_m
    }

    /// Looks at a rectangle with a margin around it.
    pub(crate) fn fit(&mut self, rect: Rect, viewport: ScreenRect) {
        let size = DVec2::new(rect.width() as f64, rect.height() as f64) / 1000.0;
        let (width, height) = (f64::from(viewport.width()), f64::from(viewport.height()));
        let scale = (width / size.x.max(1.0)).min(height / size.y.max(1.0)) * 0.9;
        self.center_m = (site_m(rect.min) + site_m(rect.max)) / 2.0;
        self.points_per_m = scale.clamp(ZOOM.0, ZOOM.1);
    }

    /// Zooms by a factor so that the site under `at` stays there.
    pub(crate) fn zoom_at(&mut self, factor: f64, at: Pos2, viewport: ScreenRect) {
        let before = self.metres_at(at, viewport);
        self.points_per_m = (self.points_per_m * factor).clamp(ZOOM.0, ZOOM.1);
        self.center_m += before - self.metres_at(at, viewport);
    }

    /// Moves the site with the hand.
    pub(crate) fn pan(&mut self, delta: Vec2) {
        let delta = DVec2::new(f64::from(delta.x), -f64::from(delta.y));
        self.center_m -= delta / self.points_per_m;
    }

    fn metres_at(&self, at: Pos2, viewport: ScreenRect) -> DVec2 {
        let off = at - viewport.center();
        self.center_m + DVec2::new(f64::from(off.x), -f64::from(off.y)) / self.points_per_m
    }
}

impl Sight {
    /// Where a point of the site is on the screen.
    pub(crate) fn screen_from_site(&self, point: Point) -> Pos2 {
        let off = (site_m(point) - self.camera.center_m) * self.camera.points_per_m;
        let center = self.viewport.center();
        pos2(center.x + points(off.x), center.y - points(off.y))
    }

    /// What point of the site is under a point of the screen.
    pub(crate) fn site_from_screen(&self, at: Pos2) -> Point {
        let metres = self.camera.metres_at(at, self.viewport);
        Point { x: whole(metres.x * 1000.0), y: whole(metres.y * 1000.0) }
    }

    /// A rectangle of the site on the screen.
    pub(crate) fn screen_rect(&self, rect: Rect) -> ScreenRect {
        ScreenRect::from_two_pos(self.screen_from_site(rect.min), self.screen_from_site(rect.max))
    }

    /// The rectangle of the site that is in view.
    pub(crate) fn visible(&self) -> Rect {
        Rect::spanning(
            self.site_from_screen(self.viewport.left_bottom()),
            self.site_from_screen(self.viewport.right_top()),
        )
    }

    /// A length on site in points.
    pub(crate) fn points_from_mm(&self, mm: i64) -> f32 {
        points(mm as f64 / 1000.0 * self.camera.points_per_m)
    }

    /// A length on the screen in millimetres of the site.
    pub(crate) fn mm_from_points(&self, length: f32) -> i64 {
        whole(f64::from(length) / self.camera.points_per_m * 1000.0)
    }

    /// The finest spacing of lines in millimetres that stays at least `apart` points wide.
    pub(crate) fn spacing(&self, apart: f32) -> i64 {
        let least = self.mm_from_points(apart).max(1);
        let mut step = 1_i64;
        // 1, 2, 5, 10, 20, 50 … until wide enough.
        while step < least && step < 1_000_000_000 {
            step = match leading_digit(step) {
                2 => step / 2 * 5,
                _ => step * 2,
            };
        }
        step
    }
}

fn leading_digit(mut number: i64) -> i64 {
    while number >= 10 {
        number /= 10;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight() -> Sight {
        let viewport = ScreenRect::from_min_max(pos2(100.0, 50.0), pos2(900.0, 650.0));
        let mut camera = Camera::default();
        let site = Rect::spanning(Point::default(), Point { x: 60_000, y: 40_000 });
        camera.fit(site, viewport);
        Sight { camera, viewport }
    }

    #[test]
    fn the_transform_goes_there_and_back() {
        let sight = sight();
        for point in [Point { x: 0, y: 0 }, Point { x: 12_345, y: -6_789 }] {
            let back = sight.site_from_screen(sight.screen_from_site(point));
            assert!(back.distance_m(point) < 0.01, "{point:?} came back as {back:?}");
        }
    }

    #[test]
    fn zooming_keeps_the_site_under_the_pointer() {
        let mut sight = sight();
        let at = pos2(300.0, 200.0);
        let before = sight.site_from_screen(at);
        sight.camera.zoom_at(3.0, at, sight.viewport);
        assert!(before.distance_m(sight.site_from_screen(at)) < 0.01);
    }

    #[test]
    fn line_spacings_are_round() {
        let sight = sight();
        let step = sight.spacing(40.0);
        assert!(matches!(leading_digit(step), 1 | 2 | 5), "{step}");
        assert!(sight.points_from_mm(step) >= 39.0);
    }
}
