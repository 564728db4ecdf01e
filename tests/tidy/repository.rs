//! The files that git knows.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// One tracked file: its path in the repository and, unless it is a picture or a font, its text.
pub struct Tracked {
    pub path: String,
    pub text: String,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Tracked files and new ones that are not ignored. A copy without git has only what lies there.
pub fn files() -> Vec<Tracked> {
    let git = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").arg("-C").arg(root()).args(git).output();
    let paths: Vec<String> = match listed {
        Ok(listed) if listed.status.success() => {
            String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
        }
        _ => walk(&root()),
    };
    let read = |path: String| {
        let bytes = std::fs::read(root().join(&path)).ok()?;
        Some(Tracked { path, text: String::from_utf8(bytes).ok()? })
    };
    let files: Vec<Tracked> = paths.into_iter().filter_map(read).collect();
    assert!(files.len() > 100, "only {} files were found", files.len());
    files
}

/// The Rust sources among them.
pub fn sources() -> Vec<Tracked> {
    files().into_iter().filter(|file| file.path.ends_with(".rs")).collect()
}

fn walk(dir: &Path) -> Vec<String> {
    let mut paths = vec![];
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "data", "node_modules", ".git"].contains(&name.as_str()) {
            paths.extend(walk(&path));
        } else if path.is_file() {
            paths.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
    paths
}
