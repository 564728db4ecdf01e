//! QR codes as SVG: one path of horizontal strokes, a third of what a rectangle for each module takes.

mod mask;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use qrcode::{Color, EcLevel, QrResult, Version, bits, canvas::Canvas, ec};
use std::fmt::Write;

/// The standard asks for four light modules on each side.
const QUIET: usize = 4;

/// The text has no place in a QR code of level M (2,331 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} bytes are too many for a QR code")]
pub struct TooLong(pub usize);

/// The QR code of `text`, level M, as an SVG image that scales to its box.
pub fn svg(text: &str) -> Result<String, TooLong> {
    let (width, modules) = encode(text).map_err(|_| TooLong(text.len()))?;
    let side = width + 2 * QUIET;
    let mut image = String::with_capacity(width * width * 3);
    // Writing to a String can't fail.
    let _ = write!(
        image,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path stroke=\"#000\" d=\""
    );
    for (row, colors) in modules.chunks(width).enumerate() {
        draw_row(&mut image, row, colors);
    }
    image.push_str("\"/></svg>");
    Ok(image)
}

/// The same image as an address, for a page or a PDF that must hold everything itself.
pub fn data_url(text: &str) -> Result<String, TooLong> {
    Ok(format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg(text)?)))
}

/// The modules, row by row, and how many make a row.
fn encode(text: &str) -> QrResult<(usize, Vec<Color>)> {
    let bits = bits::encode_auto(text.as_bytes(), EcLevel::M)?;
    let version = bits.version();
    let width = width(version);
    let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M)?;
    let mut canvas = Canvas::new(version, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    Ok((width, mask::best(&canvas, width)))
}

fn width(version: Version) -> usize {
    usize::from(version.width().unsigned_abs())
}

/// One stroke, one module wide, along the middle of each run of dark modules.
fn draw_row(image: &mut String, row: usize, colors: &[Color]) {
    let mut pen = None;
    let mut column = 0;
    for run in colors.chunk_by(|one, next| one == next) {
        if run[0] == Color::Dark {
            let _ = match pen {
                None => write!(image, "M{} {}.5h{}", column + QUIET, row + QUIET, run.len()),
                Some(end) => write!(image, "m{} 0h{}", column - end, run.len()),
            };
            pen = Some(column + run.len());
        }
        column += run.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::QrCode;

    const TEXT: &str = "https://caisse.example/r/CHU-2026-000123.12500.20261124.0a1b2c3d.\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    /// Which modules the path darkens, read back from the image.
    fn dark(image: &str) -> Vec<(usize, usize)> {
        let path = image.split("<path stroke=\"#000\" d=\"").nth(1).and_then(|rest| rest.split('"').next());
        let (mut dark, mut x, mut y) = (Vec::new(), 0, 0);
        for stroke in path.expect("a path").split(['M', 'm']).skip(1) {
            let (to, length) = stroke.split_once('h').expect("a stroke");
            let (dx, dy) = to.split_once(' ').expect("a place");
            let (dx, length): (usize, usize) = (dx.parse().expect("x"), length.parse().expect("a length"));
            match dy.strip_suffix(".5") {
                Some(row) => (x, y) = (dx, row.parse().expect("y")),
                None => x += dx,
            }
            dark.extend((x..x + length).map(|x| (x, y)));
            x += length;
        }
        dark
    }

    #[test]
    fn the_image_shows_every_dark_module_and_no_other() {
        let (width, modules) = encode(TEXT).expect("a code");
        let wanted: Vec<_> = (0..width * width)
            .filter(|at| modules[*at] == Color::Dark)
            .map(|at| (at % width + QUIET, at / width + QUIET))
            .collect();
        assert_eq!(dark(&svg(TEXT).expect("an image")), wanted);
    }

    /// Under another mask too, finders, timing and version are where the crate draws them.
    #[test]
    fn all_that_no_mask_touches_is_as_the_crate_draws_it() {
        for text in ["0", TEXT, &TEXT.repeat(6)] {
            let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("a code");
            let (width, modules) = encode(text).expect("a code");
            assert_eq!(width, code.width());
            // The format, around the finders, names the mask; all else that is fixed stays.
            let fixed = |at: &usize| {
                let (x, y) = (at % width, at / width);
                code.is_functional(x, y) && x != 8 && y != 8
            };
            for at in (0..width * width).filter(fixed) {
                assert_eq!(modules[at], code[(at % width, at / width)], "{at} of {text}");
            }
        }
    }

    #[test]
    fn the_image_is_small_and_holds_nothing_from_outside() {
        let image = svg(TEXT).expect("an image");
        assert!(image.len() < 8_000, "{} bytes", image.len());
        assert_eq!(image.matches("http").count(), 1, "only the name space: {image}");
        assert!(data_url(TEXT).expect("an address").starts_with("data:image/svg+xml;base64,PHN2Zy"));
    }

    #[test]
    fn a_text_too_long_is_an_answer() {
        assert_eq!(svg(&"é".repeat(2_000)), Err(TooLong(4_000)));
    }
}
