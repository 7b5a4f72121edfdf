//! The window of the desktop: opens it, and says clearly where that is not possible.

use std::path::PathBuf;

use anyhow::anyhow;
use eframe::egui::ViewportBuilder;
use eframe::{NativeOptions, Renderer};

use crate::app::{App, Start};

/// Size of the window at first, in points.
const SIZE: [f32; 2] = [1440.0, 900.0];
/// Smallest size at which everything fits.
const LEAST: [f32; 2] = [1024.0, 640.0];

/// Opens the window with a plan, or with the JUPITER plan where none is named.
///
/// # Errors
/// Without a display or without OpenGL there is no window; the message names the other way.
pub(crate) fn run(path: Option<PathBuf>) -> anyhow::Result<()> {
    if !has_display() {
        return Err(anyhow!(
            "there is no display to open a window on; set DISPLAY or WAYLAND_DISPLAY, or use the \
             command line (stackyard --help)"
        ));
    }
    let viewport = ViewportBuilder::default()
        .with_title("Stackyard")
        .with_app_id("stackyard")
        .with_inner_size(SIZE)
        .with_min_inner_size(LEAST);
    let options = NativeOptions {
        viewport,
        renderer: Renderer::Glow,
        system_font_fallback: false,
        ..NativeOptions::default()
    };
    let data_folder = directories::ProjectDirs::from("", "", "stackyard")
        .map(|folders| folders.data_dir().to_path_buf());
    let start = Start { path, data_folder };
    eframe::run_native("stackyard", options, Box::new(move |cc| Ok(Box::new(App::new(cc, start)?))))
        .map_err(|error| {
            anyhow!(
                "the window could not be opened: {error}. It needs OpenGL 2.1 or later (on Debian: \
             libgl1, libegl1 and libgl1-mesa-dri); the command line works without (stackyard \
             --help)"
            )
        })
}

/// Whether there is anything to open a window on; only Linux can lack it.
fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}
