//! The page: its size, its scale and where the site lies on it.

use stackyard_solver::geometry::{Point, Rect};

/// Landscape pages by name with width and height in mm.
const PAGES: [(&str, f64, f64); 4] =
    [("A4", 297.0, 210.0), ("A3", 420.0, 297.0), ("A2", 594.0, 420.0), ("A1", 841.0, 594.0)];
/// Scales a drawing is made at, the most detailed first.
const SCALES: [u32; 19] = [
    100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000, 100_000,
    200_000, 250_000, 500_000, 1_000_000, 2_000_000, 5_000_000,
];
/// Height of the strip with title and legend, mm.
pub(super) const STRIP_MM: f64 = 38.0;
/// Binding margin at the left and margin elsewhere of ISO 5457, mm.
const MARGINS_MM: (f64, f64) = (20.0, 10.0);
/// Margin of a picture, which nobody binds, mm.
const PICTURE_MARGIN_MM: f64 = 4.0;
/// Space between the frame and the site, mm.
const PADDING_MM: f64 = 4.0;
/// Height of a capital below which text on paper is left out, mm: it can still be zoomed into.
const SMALLEST_PRINT_MM: f64 = 0.25;
/// Height of a capital below which text in a picture is left out, in pixels.
const SMALLEST_PIXELS: f64 = 3.5;

/// A page in millimetres with the site placed on it.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// Width and height of the page, mm.
    pub(super) page: (f64, f64),
    /// Width and height as the file states them.
    pub(super) size: (String, String),
    /// Left, top, right and bottom edge of the frame, mm.
    pub(super) frame: Edges,
    /// Millimetres of site on a millimetre of paper.
    pub(super) scale: f64,
    /// The scale in words.
    pub(super) scale_label: String,
    /// Height of a capital below which text is left out, mm.
    pub(super) smallest_text: f64,
    site: Rect,
}

/// The edges of a rectangle on the page, y down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edges {
    /// Left.
    pub(super) left: f64,
    /// Top.
    pub(super) top: f64,
    /// Right.
    pub(super) right: f64,
    /// Bottom.
    pub(super) bottom: f64,
}

impl Sheet {
    /// The smallest page on which the site fits at the most detailed scale that fits at all.
    pub(super) fn paper(site: Rect) -> Self {
        let choices =
            SCALES.into_iter().flat_map(|scale| PAGES.into_iter().map(move |page| (scale, page)));
        let fitting = choices.clone().find(|&(scale, (_, width, height))| {
            let area = drawing_area(paper_frame(width, height));
            fits(site, area, f64::from(scale))
        });
        // Coordinates are bounded, so the coarsest scale always fits; it stands in all the same.
        let (scale, (name, width, height)) =
            fitting.or_else(|| choices.last()).unwrap_or((100, ("A4", 297.0, 210.0)));
        Self {
            page: (width, height),
            size: (format!("{width}mm"), format!("{height}mm")),
            frame: paper_frame(width, height),
            scale: f64::from(scale),
            scale_label: format!("1:{scale} at {name}"),
            smallest_text: SMALLEST_PRINT_MM,
            site,
        }
    }

    /// A page of the shape of a picture; its shorter side is that of A4 at least.
    pub(super) fn picture(site: Rect, width: u32, height: u32) -> Self {
        let (across, down) = (f64::from(width.max(1)), f64::from(height.max(1)));
        let pixels_per_mm = (across / 297.0).min(down / 210.0);
        let page = (across / pixels_per_mm, down / pixels_per_mm);
        let margin = PICTURE_MARGIN_MM;
        let frame =
            Edges { left: margin, top: margin, right: page.0 - margin, bottom: page.1 - margin };
        let area = drawing_area(frame);
        let (site_width, site_height) = extent(site);
        let scale =
            (site_width / (area.right - area.left)).max(site_height / (area.bottom - area.top));
        Self {
            page,
            size: (width.to_string(), height.to_string()),
            frame,
            scale,
            scale_label: "fitted, see scale bar".to_owned(),
            smallest_text: SMALLEST_PIXELS / pixels_per_mm,
            site,
        }
    }

    /// Where a position to the east lies on the page, mm.
    pub(super) fn x(&self, x: i64) -> f64 {
        let area = drawing_area(self.frame);
        let Point { x: west, .. } = self.site.min;
        let (width, _) = extent(self.site);
        let left = f64::midpoint(area.left, area.right) - width / self.scale / 2.0;
        left + (x - west) as f64 / self.scale
    }

    /// Where a position to the north lies on the page, mm.
    pub(super) fn y(&self, y: i64) -> f64 {
        let area = drawing_area(self.frame);
        let Point { y: south, .. } = self.site.min;
        let (_, height) = extent(self.site);
        let bottom = f64::midpoint(area.top, area.bottom) + height / self.scale / 2.0;
        bottom - (y - south) as f64 / self.scale
    }

    /// A length of the site on the page, mm.
    pub(super) fn length(&self, mm: i64) -> f64 {
        mm as f64 / self.scale
    }

    /// The top edge of the strip with title and legend, mm.
    pub(super) fn strip_top(&self) -> f64 {
        self.frame.bottom - STRIP_MM
    }
}

/// The frame of a page of that width and height, ISO 5457.
pub(super) fn paper_frame(width: f64, height: f64) -> Edges {
    let (binding, margin) = MARGINS_MM;
    Edges { left: binding, top: margin, right: width - margin, bottom: height - margin }
}

/// The part of the frame the site may fill.
fn drawing_area(frame: Edges) -> Edges {
    Edges {
        left: frame.left + PADDING_MM,
        top: frame.top + PADDING_MM,
        right: frame.right - PADDING_MM,
        bottom: frame.bottom - STRIP_MM - PADDING_MM,
    }
}

fn fits(site: Rect, area: Edges, scale: f64) -> bool {
    let (width, height) = extent(site);
    width / scale <= area.right - area.left && height / scale <= area.bottom - area.top
}

/// Width and height of the site in mm, never nothing.
fn extent(site: Rect) -> (f64, f64) {
    (site.width().max(1) as f64, site.height().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(width: i64, height: i64) -> Rect {
        Rect::spanning((0, 0).into(), (width, height).into())
    }

    #[test]
    fn a_campus_of_a_hundred_metres_is_drawn_at_1_to_200() {
        assert_eq!(Sheet::paper(site(100_000, 60_000)).scale_label, "1:200 at A2");
    }

    #[test]
    fn the_largest_plan_allowed_fits() {
        let sheet = Sheet::paper(site(2_000_000_000, 2_000_000_000));
        assert!(sheet.y(2_000_000_000) >= sheet.frame.top, "{}", sheet.scale_label);
        assert!(sheet.x(2_000_000_000) <= sheet.frame.right);
    }

    #[test]
    fn a_container_has_its_true_length_on_paper() {
        let sheet = Sheet::paper(site(100_000, 60_000));
        let length = sheet.x(12_192) - sheet.x(0);
        assert!((length - 60.96).abs() < 1e-9, "{length}");
    }

    #[test]
    fn a_picture_holds_the_site_above_the_strip() {
        for (width, height) in [(1920, 1200), (300, 900), (4000, 100)] {
            let sheet = Sheet::picture(site(80_000, 50_000), width, height);
            assert!(sheet.x(0) >= sheet.frame.left && sheet.x(80_000) <= sheet.frame.right);
            assert!(sheet.y(50_000) >= sheet.frame.top && sheet.y(0) <= sheet.strip_top());
        }
    }
}
