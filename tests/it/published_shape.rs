//! Takes the reports of real captures and samples, holds the JSON of each to the published schema.

use std::path::{Path, PathBuf};

use boon::{Compiler, Schemas};
use sip3xx::report::{Format, Presentation};

use crate::support::audited::try_report_of;
use crate::support::real_captures::{captures_in, folder};
use crate::support::sample_files::{files_below, read, samples};

#[test]
fn the_json_of_every_capture_is_what_the_schema_says() {
    let text = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json"));
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("report.schema.json", serde_json::from_str(&text).expect("the schema is JSON")).expect("the schema has a name");
    let shape = compiler.compile("report.schema.json", &mut schemas).expect("the schema is one");

    let mut captures: Vec<PathBuf> = files_below(&samples(), "pcap");
    captures.extend(["", "public", "containers"].into_iter().filter_map(folder).flat_map(|part| captures_in(&part)));
    for capture in captures {
        // Of a container that cannot be read at all there is no report.
        let Ok(report) = try_report_of(&capture) else { continue };
        let mut json = Vec::new();
        let format = Format::named("json").expect("there is JSON");
        format.write(&report, &Presentation::default(), &mut json).expect("memory can be written");
        let value = serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{}: {error}", capture.display()));
        if let Err(refusal) = schemas.validate(&value, shape) {
            panic!("{}: {refusal:#}", capture.display());
        }
    }
}
