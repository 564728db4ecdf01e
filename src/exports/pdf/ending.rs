//! What stands after the long list: the lines to sign on, and what the report can be checked against.

use super::font::{Faces, Weight};
use super::page::{Block, Flow, Ink, Mark};
use crate::exports::{Document, text};

const SIGNATURES_OF_A_LINE: usize = 3;

/// Puts all of it.
pub fn write(flow: &mut Flow, document: &Document, faces: &Faces) {
    let line = flow.format.line();
    for signatures in document.signatures.chunks(SIGNATURES_OF_A_LINE) {
        flow.put(signature_line(signatures, faces, line), 0.0);
        flow.skip(12.0);
    }
    let proof = proof(document, faces, line);
    flow.keep(proof.iter().map(|block| block.height).sum::<f32>() + 8.0);
    if !flow.is_at_top() {
        let mut rule = Block::air(8.0);
        rule.rule(0.0, line, 0.35, Ink::Grey);
        flow.put(rule, 0.0);
    }
    for block in proof {
        flow.put(block, 0.0);
    }
}

/// Who signs, with room for a hand and a stamp.
fn signature_line(signatures: &[String], faces: &Faces, line: f32) -> Block {
    let mut block = Block::air(74.0);
    let gap = 24.0;
    let among = f32::from(u8::try_from(SIGNATURES_OF_A_LINE).unwrap_or(1));
    let width = (line - gap * (among - 1.0)) / among;
    let mut x = 0.0;
    for signature in signatures {
        for words in faces.bold.lines(&text::plain(signature), 8.0, width, 1) {
            let (weight, ink) = (Weight::Bold, Ink::Black);
            block.marks.push(Mark::Words { x, y: 10.0, size: 8.0, weight, ink, words });
        }
        let (weight, ink, words) = (Weight::Regular, Ink::Grey, "Date et signature".to_owned());
        block.marks.push(Mark::Words { x, y: 20.0, size: 7.0, weight, ink, words });
        block.marks.push(Mark::Area { x, y: 66.0, width, height: 0.6, ink: Ink::Grey });
        x += width + gap;
    }
    block
}

/// The signed head, line by line, and what is inside the file.
fn proof(document: &Document, faces: &Faces, line: f32) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut say = |words: &str, weight, ink, size: f32, leading: f32| {
        if words.is_empty() {
            blocks.push(Block::air(leading));
        }
        for words in faces.of(weight).lines(&text::plain(words), size, line, 8) {
            let mark = Mark::Words { x: 0.0, y: leading - 3.0, size, weight, ink, words };
            blocks.push(Block { marks: vec![mark], height: leading });
        }
    };
    let position = text::figure(i64::try_from(document.proof.position).unwrap_or(i64::MAX));
    say("Preuve", Weight::Bold, Ink::Blue, 9.0, 13.0);
    let about = format!(
        "Ce rapport reflète le registre à la position {position}. \
         Une même position donne toujours les mêmes chiffres."
    );
    say(&about, Weight::Regular, Ink::Grey, 7.2, 10.0);
    if !document.proof.head.is_empty() {
        let about = "Tête signée du registre, que la clé publique de l’établissement vérifie\u{202F}:";
        say(about, Weight::Regular, Ink::Grey, 7.2, 10.0);
    }
    for words in &document.proof.head {
        say(words, Weight::Regular, Ink::Black, 6.8, 9.4);
    }
    if let Some(attachment) = &document.attachment {
        say("", Weight::Regular, Ink::Grey, 7.2, 4.0);
        let about = format!("Données jointes à ce fichier\u{202F}: «\u{202F}{}\u{202F}».", attachment.name);
        say(&about, Weight::Regular, Ink::Grey, 7.2, 10.0);
    }
    blocks
}
