//! Files for other trades and programs: bills, schedules, drawings and machine reports.
//!
//! Every format is written by its own module into bytes first and reaches the disk in one step:
//! a full disk or a read-only folder leaves the old file or none, never half of one. The same
//! plan and report give the same bytes; no file holds a clock or a machine name.

mod certificate;
mod csv;
mod dxf;
mod inp;
pub(crate) mod json;
mod pandapower;
pub(crate) mod png;
#[cfg(test)]
pub(crate) mod sample;
mod svg;
mod tables;
mod xlsx;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::Plan;
use stackyard_solver::report::Report;
use tempfile::NamedTempFile;

use crate::diagram::Kind;

/// Width and height of a picture whose size nobody chose, in pixels.
const PICTURE_SIZE: (u32, u32) = (1920, 1200);

/// Resolution of pictures of diagrams.
const DOTS_PER_INCH: f64 = 150.0;
const MM_PER_INCH: f64 = 25.4;

/// A format that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Workbook with the bill of quantities and every schedule.
    Xlsx,
    /// A folder with one table a file.
    Csv,
    /// Drawing for CAD, in metres.
    Dxf,
    /// Drawing to scale on an ISO page.
    Svg,
    /// Report for machines.
    Json,
    /// Picture of the drawing.
    Png,
    /// The electrical network for pandapower.
    Pandapower,
    /// Pipe networks for EPANET.
    Inp,
}

/// How a diagram is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Picture {
    /// Drawing on an ISO page.
    Svg,
    /// Picture of that page.
    Png,
}

impl Picture {
    /// The file name extension.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }

    /// The one a file name asks for by its extension.
    pub(crate) fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        [Self::Svg, Self::Png].into_iter().find(|it| extension.eq_ignore_ascii_case(it.extension()))
    }
}

/// What an export is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'a> {
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// The catalogue it is computed with, the plan's overrides included.
    pub(crate) catalogue: &'a Catalogue,
    /// What was computed from both.
    pub(crate) report: &'a Report,
    /// The plan as canonical text.
    pub(crate) plan_ron: &'a str,
    /// How long planning took.
    pub(crate) seconds: f64,
}

/// Why a file could not be exported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The disk or folder refused.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The contents could not be built.
    #[error("cannot export {}: {source}", .path.display())]
    Build {
        /// The file that was asked for.
        path: PathBuf,
        /// What went wrong.
        source: BuildError,
    },
}

/// Why the contents of a file could not be built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    /// The workbook writer refused.
    #[error("the workbook cannot be built: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The table writer refused.
    #[error("the table cannot be built: {0}")]
    Table(#[from] ::csv::Error),
    /// The drawing writer refused.
    #[error("the drawing cannot be built: {0}")]
    Drawing(#[from] acadrust::DxfError),
    /// The report writer refused.
    #[error("the report cannot be built: {0}")]
    Report(#[from] serde_json::Error),
    /// The drawing could not be read back to be painted.
    #[error("the picture cannot be painted: {0}")]
    Paint(#[from] resvg::usvg::Error),
    /// The picture is too large or too small.
    #[error(
        "a picture of {width} x {height} pixels cannot be made; use 16 to {limit} on each side"
    )]
    PictureSize {
        /// Width asked for.
        width: u32,
        /// Height asked for.
        height: u32,
        /// Largest side.
        limit: u32,
    },
    /// The picture could not be packed.
    #[error("the picture cannot be packed: {0}")]
    Pack(String),
}

/// Writes a document in a format; for CSV the path names a folder.
///
/// # Errors
/// Names the file and the reason. Nothing is left half-written.
pub(crate) fn write(
    format: Format,
    document: &Document<'_>,
    path: &Path,
) -> Result<(), ExportError> {
    match format {
        Format::Csv => write_folder(path, csv::files(document).map_err(build_error(path))?),
        Format::Xlsx => write_file(path, &xlsx::bytes(document).map_err(build_error(path))?),
        Format::Dxf => write_file(path, &dxf::bytes(document).map_err(build_error(path))?),
        Format::Svg => write_file(path, svg::page(document).as_bytes()),
        Format::Json => {
            let text = json::report_json(document).map_err(build_error(path))?;
            write_file(path, text.as_bytes())
        }
        Format::Png => png::write(document, path, PICTURE_SIZE),
        Format::Pandapower => {
            let text = pandapower::network_json(document).map_err(build_error(path))?;
            write_file(path, text.as_bytes())
        }
        Format::Inp => write_file(path, inp::text(document).as_bytes()),
    }
}

/// Writes a diagram of a document.
///
/// # Errors
/// Names the file and the reason. Nothing is left half-written.
pub(crate) fn write_diagram(
    kind: Kind,
    picture: Picture,
    document: &Document<'_>,
    path: &Path,
) -> Result<(), ExportError> {
    let schematic = svg::schematic(kind, document);
    match picture {
        Picture::Svg => write_file(path, schematic.svg.as_bytes()),
        Picture::Png => {
            let (width, height) = schematic.page;
            let bytes = png::render(&schematic.svg, pixels(width), pixels(height));
            write_file(path, &bytes.map_err(build_error(path))?)
        }
    }
}

/// A length on paper in pixels of a picture that can be read and printed.
fn pixels(mm: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pages are less than ten thousand pixels wide, and casting saturates"
    )]
    {
        (mm / MM_PER_INCH * DOTS_PER_INCH).round() as u32
    }
}

/// An error that names the file that was asked for.
fn build_error(path: &Path) -> impl FnOnce(BuildError) -> ExportError + '_ {
    move |source| ExportError::Build { path: path.to_owned(), source }
}

/// Puts bytes in place of a file in one step.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let failed = |source| ExportError::Write { path: path.to_owned(), source };
    crate::session::disk::write(path, bytes).map_err(failed)
}

/// Puts several files into a folder; none appears before all are safely beside their places.
fn write_folder(folder: &Path, files: Vec<(String, Vec<u8>)>) -> Result<(), ExportError> {
    let failed = |path: &Path, source| ExportError::Write { path: path.to_owned(), source };
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    let mut waiting = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        let file = staged(&path, &bytes).map_err(|source| failed(&path, source))?;
        waiting.push((file, path));
    }
    for (file, path) in waiting {
        settle(file, &path).map_err(|source| failed(&path, source))?;
    }
    Ok(())
}

/// Writes bytes to a temporary file in the folder where they will stay.
fn staged(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".stackyard-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Temporary files are private by default; an export follows the user's mask instead.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder.unwrap_or_else(|| Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn settle(file: NamedTempFile, path: &Path) -> io::Result<()> {
    match file.persist(path) {
        Ok(_) => Ok(()),
        Err(refused) => Err(refused.error),
    }
}

/// Text without control characters, for formats in which one would end a line or a file.
fn printable(text: &str) -> String {
    let blank = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|letter| if blank(letter) { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sample::Sample;

    const FILES: [(Format, &str); 7] = [
        (Format::Xlsx, "plan.xlsx"),
        (Format::Dxf, "plan.dxf"),
        (Format::Svg, "plan.svg"),
        (Format::Json, "plan.json"),
        (Format::Png, "plan.png"),
        (Format::Pandapower, "plan.pp.json"),
        (Format::Inp, "plan.inp"),
    ];

    #[test]
    fn every_format_is_written_for_a_campus_and_for_an_empty_plan() {
        let folder = tempfile::tempdir().unwrap();
        for sample in [Sample::campus(), Sample::empty()] {
            for (format, name) in FILES {
                let path = folder.path().join(name);
                write(format, &sample.document(), &path).unwrap();
                assert!(fs::metadata(&path).unwrap().len() > 100, "{name}");
            }
            let tables = folder.path().join("tables");
            write(Format::Csv, &sample.document(), &tables).unwrap();
            assert_eq!(fs::read_dir(&tables).unwrap().count(), 19);
        }
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, FILES.len() + 1, "no temporary file stays");
    }

    #[test]
    fn a_missing_folder_is_named_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("plan.json");
        let error = write(Format::Json, &Sample::empty().document(), &path).unwrap_err();
        assert!(error.to_string().contains("plan.json"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn control_characters_become_blanks() {
        assert_eq!(printable("a\u{1}b\nc"), "a b c");
    }
}
