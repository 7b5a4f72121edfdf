//! Pictures: the drawing painted without a display, with the fonts that come with the program.

use std::path::Path;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::{BuildError, Document, ExportError, build_error, svg, write_file};

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");

/// Smallest and largest side of a picture in pixels.
const SIDES: (u32, u32) = (16, 16_384);
/// Most pixels of a picture: half a gigabyte of memory while it is painted.
const MOST_PIXELS: u64 = 134_217_728;

/// Writes the drawing of a document as a picture of that width and height.
///
/// # Errors
/// Names the file and the reason.
pub(crate) fn write(
    document: &Document<'_>,
    path: &Path,
    (width, height): (u32, u32),
) -> Result<(), ExportError> {
    // A picture beyond all bounds is refused before the drawing is built for it.
    check(width, height).map_err(build_error(path))?;
    let drawing = svg::picture(document, width, height);
    let bytes = render(&drawing, width, height).map_err(build_error(path))?;
    write_file(path, &bytes)
}

/// Paints an SVG text, stretched to that width and height.
///
/// # Errors
/// Where the text is not SVG or the picture is too large.
pub(crate) fn render(svg: &str, width: u32, height: u32) -> Result<Vec<u8>, BuildError> {
    let too_large = || BuildError::PictureSize { width, height, limit: SIDES.1 };
    check(width, height)?;
    let tree = Tree::from_str(svg, &options())?;
    let mut pixmap = Pixmap::new(width, height).ok_or_else(too_large)?;
    let size = tree.size();
    let stretch = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(&tree, stretch, &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| BuildError::Pack(error.to_string()))
}

fn check(width: u32, height: u32) -> Result<(), BuildError> {
    let (least, most) = SIDES;
    let fits = [width, height].iter().all(|side| (least..=most).contains(side));
    if fits && u64::from(width) * u64::from(height) <= MOST_PIXELS {
        Ok(())
    } else {
        Err(BuildError::PictureSize { width, height, limit: most })
    }
}

/// How SVG is read: with the fonts of the program.
pub(crate) fn options() -> Options<'static> {
    Options { font_family: "Inter".to_owned(), fontdb: fonts(), ..Options::default() }
}

/// The fonts of the program alone, so that a picture does not depend on the machine.
fn fonts() -> Arc<Database> {
    let mut fonts = Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(SEMI_BOLD.to_vec());
    fonts.set_serif_family("Inter");
    fonts.set_sans_serif_family("Inter");
    fonts.set_monospace_family("Inter");
    Arc::new(fonts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    /// Width and height from the header chunk.
    fn size_of(png: &[u8]) -> (u32, u32) {
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        (number(16), number(20))
    }

    #[test]
    fn a_picture_has_the_size_that_was_asked_for() {
        let sample = Sample::campus();
        for (width, height) in [(640, 400), (300, 900)] {
            let drawing = svg::picture(&sample.document(), width, height);
            assert_eq!(size_of(&render(&drawing, width, height).unwrap()), (width, height));
        }
    }

    #[test]
    fn text_is_painted() {
        let blank = r#"<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"/>"#;
        let named = r#"<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">
            <text x="2" y="15" font-family="Inter" font-size="14">IT-07A</text></svg>"#;
        assert_ne!(render(blank, 60, 20).unwrap(), render(named, 60, 20).unwrap());
    }

    #[test]
    fn a_picture_beyond_all_bounds_is_refused() {
        let sample = Sample::empty();
        for (width, height) in [(0, 100), (100_000, 100), (16_000, 16_000)] {
            let error = write(&sample.document(), Path::new("x.png"), (width, height)).unwrap_err();
            assert!(error.to_string().contains("pixels"), "{error}");
        }
    }
}
