//! Files: reading and writing plans, the recovery journal and the lock. Never called on the
//! interface thread.
//!
//! A plan is written to a temporary file in its own folder, flushed and renamed over the old one,
//! so that a crash leaves either the old plan or the new one.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use stackyard_solver::catalogue::Catalogue;
use stackyard_solver::plan::{Plan, text};

/// Why a file could not be read or written: which file, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}. {remedy}")]
pub(crate) struct FileError {
    /// The file.
    pub(crate) file: String,
    /// What went wrong.
    pub(crate) reason: String,
    /// What would help.
    pub(crate) remedy: String,
}

impl FileError {
    fn io(path: &Path, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            ErrorKind::NotFound => "Check the name and the folder",
            ErrorKind::PermissionDenied => "Choose a folder you may write to with Save as",
            ErrorKind::ReadOnlyFilesystem => {
                "The folder is read-only; the work stays open, save it elsewhere with Save as"
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "The disk is full; the work stays open, free some space or save it elsewhere"
            }
            ErrorKind::IsADirectory => "That is a folder; add a file name",
            ErrorKind::InvalidData => "That is not a text file; choose a plan",
            _ => "The work stays open; try again or save it elsewhere",
        };
        Self { file: path.display().to_string(), reason: error.to_string(), remedy: remedy.into() }
    }

    fn text(path: &Path, error: &text::TextError) -> Self {
        Self {
            file: path.display().to_string(),
            reason: error.to_string().trim_end_matches('.').to_owned(),
            remedy: "The file was left as it is".to_owned(),
        }
    }
}

/// A plan from a file.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The plan.
    pub(crate) plan: Plan,
    /// Unsaved work that a crash left behind.
    pub(crate) recovered: Option<Recovered>,
    /// Our lock, or the name of who has the plan open.
    pub(crate) lock: Lock,
}

/// Unsaved work that a crash left behind.
#[derive(Clone, Debug)]
pub(crate) struct Recovered {
    /// The plan as it was.
    pub(crate) plan: Box<Plan>,
    /// The journal it was in.
    pub(crate) journal: PathBuf,
}

/// Who has a plan open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// We do, by this file.
    Ours(PathBuf),
    /// Somebody else does.
    Theirs(String),
    /// Nobody can tell: the folder cannot be written to.
    Unknown,
}

/// Reads a plan, takes its lock and looks for unsaved work.
pub(crate) fn open(path: &Path, catalogue: &Catalogue) -> Result<Opened, FileError> {
    let text = read_text(path)?;
    let plan = text::read(&text, catalogue).map_err(|error| FileError::text(path, &error))?;
    let lock = take_lock(path);
    let recovered = match &lock {
        // Somebody else is writing that journal.
        Lock::Theirs(_) => None,
        Lock::Ours(_) | Lock::Unknown => recover(&journal_of(path), &plan, catalogue),
    };
    Ok(Opened { plan, recovered, lock })
}

/// Unsaved work of plans that never had a file.
pub(crate) fn find_unnamed(folder: &Path, catalogue: &Catalogue) -> Option<Recovered> {
    let mut journals: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| unnamed_pid(path).is_some_and(|pid| !is_running(pid)))
        .collect();
    journals.sort();
    journals.into_iter().find_map(|journal| {
        let text = read_text(&journal).ok()?;
        let plan = Box::new(text::read(&text, catalogue).ok()?);
        Some(Recovered { plan, journal })
    })
}

fn recover(journal: &Path, plan: &Plan, catalogue: &Catalogue) -> Option<Recovered> {
    let text = read_text(journal).ok()?;
    let found = text::read(&text, catalogue).ok()?;
    (found != *plan).then(|| Recovered { plan: Box::new(found), journal: journal.to_path_buf() })
}

fn read_text(path: &Path) -> Result<String, FileError> {
    let fail = |error: &io::Error| FileError::io(path, error);
    let size = fs::metadata(path).map_err(|error| fail(&error))?.len();
    if size > text::MAX_BYTES as u64 {
        return Err(FileError {
            file: path.display().to_string(),
            reason: format!("the file has {size} bytes, more than any plan"),
            remedy: "Choose a plan".to_owned(),
        });
    }
    fs::read_to_string(path).map_err(|error| fail(&error))
}

/// Writes a plan so that a crash leaves the old file or the new one.
pub(crate) fn save(path: &Path, plan: &Plan) -> Result<(), FileError> {
    let text = text::write(plan).map_err(|error| FileError {
        file: path.display().to_string(),
        reason: error.to_string(),
        remedy: "Please report this".to_owned(),
    })?;
    write(path, text.as_bytes()).map_err(|error| FileError::io(path, &error))
}

/// Replaces a file in one step. A device or pipe is written to instead: replacing it by a file
/// would break whoever uses it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays a link: the file it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if let Ok(present) = fs::metadata(&target) {
        if present.is_dir() {
            return Err(io::Error::new(ErrorKind::IsADirectory, "this is a folder"));
        }
        if !present.is_file() {
            let mut device = fs::OpenOptions::new().write(true).open(&target)?;
            device.write_all(bytes)?;
            return device.flush();
        }
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    };
    let mut temporary = tempfile::Builder::new();
    temporary.prefix(".stackyard-").suffix(".tmp");
    #[cfg(unix)]
    let ordinary = {
        use std::os::unix::fs::PermissionsExt as _;
        fs::Permissions::from_mode(0o644)
    };
    #[cfg(unix)]
    temporary.permissions(ordinary);
    let mut file = temporary.tempfile_in(&folder)?;
    file.write_all(bytes)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    // The rename itself reaches the disk with the folder; not every system can flush one.
    if let Ok(folder) = fs::File::open(&folder) {
        folder.sync_all().ok();
    }
    Ok(())
}

/// Removes files that are no longer needed; one that is gone already is fine.
pub(crate) fn forget(paths: &[PathBuf]) {
    for path in paths {
        fs::remove_file(path).ok();
    }
}

/// The journal of a plan with a file.
pub(crate) fn journal_of(path: &Path) -> PathBuf {
    beside(path, "autosave")
}

/// The journal of a plan without a file, in the data folder.
pub(crate) fn unnamed_journal(folder: &Path) -> PathBuf {
    folder.join(format!("unnamed-{}.autosave", std::process::id()))
}

fn unnamed_pid(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    name.strip_prefix("unnamed-")?.strip_suffix(".autosave")?.parse().ok()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{ending}"))
}

/// Takes the lock of a plan, or tells who has it.
pub(crate) fn take_lock(path: &Path) -> Lock {
    let file = beside(path, "lock");
    if let Ok(holder) = fs::read_to_string(&file)
        && let Some(other) = living_holder(holder.trim())
    {
        return Lock::Theirs(other);
    }
    match fs::write(&file, format!("{}\n", own_name())) {
        Ok(()) => Lock::Ours(file),
        Err(_) => Lock::Unknown,
    }
}

/// The holder of a lock, unless that is us or a process that ended.
fn living_holder(holder: &str) -> Option<String> {
    let (name, pid) = holder.rsplit_once(' ')?;
    let pid: u32 = pid.parse().ok()?;
    let (own, own_pid) = (own_name(), std::process::id());
    let same_host = own.rsplit_once(' ').is_some_and(|(own, _)| host_of(own) == host_of(name));
    let over = same_host && (pid == own_pid || !is_running(pid));
    (!over).then(|| format!("{name} (process {pid})"))
}

fn host_of(name: &str) -> &str {
    name.rsplit_once('@').map_or("", |(_, host)| host)
}

/// `user@host pid` of this process.
fn own_name() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME"));
    let user = user.unwrap_or_else(|_| "somebody".to_owned());
    let host = fs::read_to_string("/etc/hostname").or_else(|_| std::env::var("COMPUTERNAME"));
    let host = host.unwrap_or_else(|_| "this-computer".to_owned());
    format!("{user}@{} {}", host.trim(), std::process::id())
}

/// Whether a process lives; where that cannot be told, it is taken to.
fn is_running(pid: u32) -> bool {
    !Path::new("/proc/self").exists() || Path::new("/proc").join(pid.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_replaces_the_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_file_is_named_with_a_remedy() {
        let catalogue = Catalogue::reference().unwrap();
        let error = open(Path::new("/nowhere/x.ron"), &catalogue).unwrap_err();
        assert!(error.file.contains("x.ron") && !error.remedy.is_empty(), "{error}");
    }

    #[test]
    fn a_lock_of_a_dead_process_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ron");
        let lock = folder.path().join(".a.ron.lock");
        let own = own_name();
        let name = own.rsplit_once(' ').unwrap().0;
        fs::write(&lock, format!("{name} 4194304999")).unwrap();
        assert_eq!(take_lock(&path), Lock::Ours(lock.clone()));
        fs::write(&lock, "eve@elsewhere 1").unwrap();
        assert_eq!(take_lock(&path), Lock::Theirs("eve@elsewhere (process 1)".to_owned()));
    }
}
