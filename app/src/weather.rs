//! The weather file that a plan names, read from beside the plan. Never called on the interface
//! thread.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::Plan;
use stackyard_solver::year::weather::{MAX_BYTES, Weather, WeatherError};

/// Why a weather file cannot be used. Files are called as the plan or the person calls them, so
/// that a message does not depend on the machine.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The plan was never saved.
    #[error("the plan has no file yet; save it in the folder of {file}")]
    NoFolder {
        /// The weather file.
        file: String,
    },
    /// The system refused.
    #[error("cannot read {file}: {source}; check the name, the folder and the rights")]
    Unreadable {
        /// The weather file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is a folder, a device or a pipe.
    #[error("{file} is no ordinary file; name an EPW file")]
    NotAFile {
        /// The weather file.
        file: String,
    },
    /// It holds more than a year.
    #[error("{file} has {bytes} bytes, a year of weather has at most {MAX_BYTES}; name another")]
    TooLarge {
        /// The weather file.
        file: String,
        /// Its size.
        bytes: u64,
    },
    /// It is no year of weather.
    #[error("{file}, {source}")]
    Broken {
        /// The weather file.
        file: String,
        /// Where and why.
        source: WeatherError,
    },
}

/// The catalogue with the weather that a plan names, read from the folder of the plan.
pub(crate) fn for_plan(
    catalogue: &Arc<Catalogue>,
    plan: &Plan,
    folder: Option<&Path>,
) -> Arc<Catalogue> {
    let Some(file) = &plan.weather else { return Arc::clone(catalogue) };
    let found = match folder {
        Some(folder) => read(&folder.join(file), file),
        None => Err(FileError::NoFolder { file: file.clone() }),
    };
    match found {
        Ok(weather) => with(catalogue, weather),
        Err(error) => {
            let mut own = Catalogue::clone(catalogue);
            own.weather_fault = Some(error.to_string());
            Arc::new(own)
        }
    }
}

/// The catalogue with other weather.
pub(crate) fn with(catalogue: &Catalogue, weather: Weather) -> Arc<Catalogue> {
    let mut own = catalogue.clone();
    own.weather = Arc::new(weather);
    Arc::new(own)
}

/// Reads a weather file; `file` is what messages call it.
pub(crate) fn read(path: &Path, file: &str) -> Result<Weather, FileError> {
    let name = || file.to_owned();
    let unreadable = |source| FileError::Unreadable { file: name(), source };
    // A pipe would be waited for without end.
    let about = fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(FileError::NotAFile { file: name() });
    }
    if about.len() > MAX_BYTES as u64 {
        return Err(FileError::TooLarge { file: name(), bytes: about.len() });
    }
    let mut bytes = Vec::new();
    let source = fs::File::open(path).map_err(unreadable)?;
    // One byte beyond the limit is refused by the parser, however the file grows meanwhile.
    source.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    // Names of places are often written in old code pages; figures never are.
    let text = String::from_utf8_lossy(&bytes);
    let weather =
        Weather::from_epw(&text).map_err(|source| FileError::Broken { file: name(), source })?;
    Ok(Weather { file: Some(name()), ..weather })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(file: &str) -> Plan {
        Plan { weather: Some(file.to_owned()), ..Plan::empty_site("yard", 50_000, 50_000) }
    }

    fn fault(folder: Option<&Path>, file: &str) -> String {
        let catalogue = Arc::new(Catalogue::reference().unwrap());
        let own = for_plan(&catalogue, &plan(file), folder);
        assert_eq!(own.weather, catalogue.weather, "the year that ships stays");
        own.weather_fault.clone().unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_read_is_told_without_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        fs::create_dir(folder.path().join("folder.epw")).unwrap();
        fs::write(folder.path().join("broken.epw"), "LOCATION,x,y,z,a,b,c,d,e,high").unwrap();
        fs::write(folder.path().join("large.epw"), vec![b'x'; MAX_BYTES + 1]).unwrap();
        for (file, reason) in [
            ("missing.epw", "cannot read missing.epw"),
            ("folder.epw", "no ordinary file"),
            ("broken.epw", "broken.epw, line 1, column 10: "),
            ("large.epw", "8388609 bytes"),
        ] {
            let text = fault(Some(folder.path()), file);
            assert!(text.contains(reason) && !text.contains(&place), "{text}");
        }
        assert!(fault(None, "koeln.epw").contains("no file yet"));
    }

    #[test]
    fn a_plan_without_a_file_keeps_the_catalogue() {
        let catalogue = Arc::new(Catalogue::reference().unwrap());
        let own = for_plan(&catalogue, &Plan::empty_site("yard", 9_000, 9_000), None);
        assert!(Arc::ptr_eq(&own, &catalogue));
    }
}
