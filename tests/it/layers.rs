//! Takes the files of `src`, holds the laws of the house to them: imports run one way, names say something, files stay small.
//!
//! Invariant: what is told is the file, the line and the reason, so that nobody has to look the law up.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order in which data flows, each with its floor. A room imports from floors below its own.
const FLOORS: [(&str, u8); 16] = [
    ("evidence", 0),
    ("nearest", 0),
    ("limit", 0),
    ("fault", 1),
    ("capture", 2),
    ("packet", 3),
    ("flow", 4),
    ("sip", 5),
    ("dns", 5),
    ("call", 6),
    ("rules", 7),
    ("filter", 7),
    ("report", 8),
    ("analysis", 9),
    ("cli", 10),
    ("main", 11),
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 5] = ["util", "common", "helpers", "types", "misc"];

/// The most lines of a file.
const MOST_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files and folders below `folder`, in the order of their names.
fn entries_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder that is not there yet holds nothing.
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("can be listed").path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The Rust files below the folders, with their path below the root.
fn sources(folders: &[&str]) -> Vec<(String, String)> {
    let files = folders.iter().flat_map(|folder| entries_below(&root().join(folder)));
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.map(|path| (path.strip_prefix(root()).expect("below the root").display().to_string().replace('\\', "/"), read(&path))).collect()
}

/// The room of a file: the first word below `src`.
fn room_of(file: &str) -> &str {
    let below = file.strip_prefix("src/").expect("a file of src");
    below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
}

fn floor_of(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// One line without what stands in a comment.
fn code_of(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// The names that follow `crate::`, with the line of each: rooms, where the house is in order.
fn imports_of(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let code: Vec<&str> = text.lines().map(code_of).collect();
    let code = code.join("\n");
    for (start, word) in code.match_indices("crate::") {
        let stands_alone = !code[..start].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        if !stands_alone {
            continue;
        }
        let line = code[..start].matches('\n').count() + 1;
        let rest = code[start + word.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(list) => found.extend(names_of_list(list).into_iter().map(|name| (line, name))),
            None => found.push((line, name_at(rest))),
        }
    }
    found
}

/// The first words of the parts of `{a::b, c::{d, e}}`, given what stands behind the first bracket.
fn names_of_list(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut begins = true;
    for (index, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !character.is_whitespace() => {
                names.push(name_at(&list[index..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn name_at(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

/// Why `room` must not import `name`, if so.
fn objection(room: &str, name: &str) -> Option<String> {
    if name == room {
        return None;
    }
    let Some(to) = floor_of(name) else {
        return Some(format!(
            "`crate::{name}` names no room: name the room where it lives, for a re-export hides which way an import runs"
        ));
    };
    let from = floor_of(room)?;
    match to.cmp(&from) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => {
            Some(format!("`{name}` stands beside `{room}`: neither may know the other; what both need lives below"))
        }
        std::cmp::Ordering::Greater => Some(format!(
            "`{name}` comes after `{room}` in the flow of data: an import that runs up ties the two into a knot; move what is needed down, or hand it in"
        )),
    }
}

#[test]
fn imports_run_one_way() {
    let mut objections = Vec::new();
    for (file, text) in sources(&["src"]) {
        if file == "src/lib.rs" {
            continue; // the face of the whole: it declares every room
        }
        let room = room_of(&file);
        if floor_of(room).is_none() {
            objections.push(format!("{file}: the room `{room}` has no floor; give it one in FLOORS and a paragraph in ARCHITECTURE.md"));
        }
        for (line, name) in imports_of(&text) {
            objections.extend(objection(room, &name).map(|why| format!("{file}:{line}: {why}")));
        }
    }
    assert!(objections.is_empty(), "\n{}", objections.join("\n"));
}

#[test]
fn no_path_of_supers_leaves_its_room() {
    for (file, text) in sources(&["src"]) {
        // `src/sip/uri.rs` is two steps below the root, so that its second `super` is the root.
        let module = file.trim_end_matches("/mod.rs").trim_end_matches(".rs");
        let steps = module.matches('/').count() + usize::from(module.ends_with("_tests"));
        let before_tests = text.split("\nmod tests {").next().unwrap_or_default();
        for (index, line) in before_tests.lines().enumerate() {
            let climbs = (1..).take_while(|supers| code_of(line).contains(&"super::".repeat(*supers))).count();
            assert!(climbs < steps || climbs == 0, "{file}:{}: say `crate::` and the room, so that its direction can be seen", index + 1);
        }
    }
}

#[test]
fn an_import_is_found_however_it_is_written() {
    for (text, names) in [
        ("use crate::sip::Message;", &["sip"][..]),
        ("use crate::{evidence::Place, call::{Redirect, Link}, fault};", &["evidence", "call", "fault"]),
        ("use crate::{\n    evidence::Place,\n    sip::Uri,\n};", &["evidence", "sip"]),
        ("fn f(x: &crate::call::Link) -> crate::rules::Finding {}", &["call", "rules"]),
        ("/// See [`crate::report::Report`].\n// crate::cli\nlet x = 1; // crate::cli", &[]),
        ("use mycrate::sip; pub(crate) fn f() {}", &[]),
    ] {
        let found: Vec<String> = imports_of(text).into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, names, "{text}");
    }
}

#[test]
fn an_import_is_judged_by_the_floors() {
    for (room, name, allowed) in [
        ("packet", "capture", true),
        ("packet", "packet", true),
        ("fault", "evidence", true),
        ("evidence", "fault", false),
        ("sip", "call", false),
        ("rules", "filter", false),
        ("call", "Message", false),
        ("main", "cli", true),
    ] {
        assert_eq!(objection(room, name).is_none(), allowed, "{room} imports {name}");
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for (file, text) in sources(&["src", "tests", "benches"]) {
        assert!(text.starts_with("//! "), "{file}: begins without `//! Takes ... gives ...`");
    }
}

#[test]
fn no_file_is_too_long_to_be_held_in_mind() {
    for (file, text) in sources(&["src", "tests", "benches"]) {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{file}: {lines} lines; which noun is hiding inside?");
    }
}

#[test]
fn names_say_what_is_inside() {
    for folder in ["src", "tests", "benches", "samples"] {
        for path in entries_below(&root().join(folder)) {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            assert!(!EMPTY_NAMES.contains(&stem), "{}: `{stem}` is a drawer, not a name", path.display());
        }
    }
}

#[test]
fn the_architecture_page_names_every_room() {
    let page = root().join("ARCHITECTURE.md");
    if !page.is_file() {
        eprintln!("skipped: ARCHITECTURE.md is not written yet");
        return;
    }
    let page = read(&page);
    for path in entries_below(&root().join("src")).into_iter().filter(|path| path.is_dir()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(page.contains(&format!("{name}/")), "ARCHITECTURE.md does not name {}/", path.display());
    }
}
