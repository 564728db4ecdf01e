//! Foreign readers, each asked for what a person would look at.

use crate::server::Caller;
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use std::{io::Write, process::Command};

/// A file as it came over HTTP.
pub struct Taken {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Taken {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// On disk, for a program that reads files.
    pub fn on_disk(&self, suffix: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
        file.write_all(&self.bytes).unwrap();
        file
    }
}

impl Caller {
    /// Takes a report away, whatever comes of it.
    pub async fn take(&self, format: &str, query: &str) -> Taken {
        let path = format!("/api/reports/export/{format}?{query}");
        let answer = self.request(Method::GET, &path).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Taken { status, headers, bytes: answer.bytes().await.unwrap().into() }
    }
}

fn told(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; see scripts/readers.sh"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn python(script: &str, file: &std::path::Path) -> Value {
    // The system's own: that is where Debian puts the libraries.
    let mut command = Command::new("/usr/bin/python3");
    command.args(["-c", script]).arg(file);
    serde_json::from_str(&told(command)).unwrap()
}

/// A spreadsheet as openpyxl reads it: sheets by name, each cell `[type, value]`, what is frozen and filtered.
pub fn workbook(xlsx: &Taken) -> Value {
    const SCRIPT: &str = r"
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], data_only=True)
cell = lambda c: [type(c.value).__name__, c.value if isinstance(c.value, (int, float, str)) else str(c.value)]
print(json.dumps({sheet.title: {'rows': [[cell(c) for c in row] for row in sheet.iter_rows()],
    'frozen': sheet.freeze_panes, 'filter': sheet.auto_filter.ref, 'charts': len(sheet._charts)} for sheet in book}))
";
    python(SCRIPT, xlsx.on_disk(".xlsx").path())
}

/// What a paper claims, as pikepdf reads it: PDF/A part and level, colours, fonts, what is attached.
pub fn claims(pdf: &Taken) -> Value {
    const SCRIPT: &str = r"
import json, sys, pikepdf
pdf = pikepdf.open(sys.argv[1])
meta = pdf.open_metadata()
fonts = {}
for page in pdf.pages:
    for name, font in page.resources.get('/Font', {}).items():
        down = font.DescendantFonts[0].FontDescriptor if '/DescendantFonts' in font else font.FontDescriptor
        fonts[str(font.BaseFont)] = any(k in down for k in ('/FontFile', '/FontFile2', '/FontFile3'))
files = {name: bytes(spec.get_file().read_bytes()).decode() for name, spec in pdf.attachments.items()}
kinds = [str(spec.AFRelationship) for spec in pdf.Root.get('/AF', [])]
print(json.dumps({'part': meta.get('pdfaid:part'), 'level': meta.get('pdfaid:conformance'),
    'intents': [str(i.S) for i in pdf.Root.OutputIntents], 'fonts': fonts, 'files': files, 'kinds': kinds,
    'pages': len(pdf.pages), 'title': str(pdf.docinfo.get('/Title', '')), 'encrypted': pdf.is_encrypted}))
";
    python(SCRIPT, pdf.on_disk(".pdf").path())
}

/// The text of a paper, as poppler lays it out.
pub fn text(pdf: &Taken) -> String {
    words(&pdf.bytes)
}

/// The same of a paper in memory.
pub fn words(pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let mut command = Command::new("pdftotext");
    command.args(["-layout", "-enc", "UTF-8"]).arg(file.path()).arg("-");
    told(command)
}
