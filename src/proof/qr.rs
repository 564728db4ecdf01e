//! QR codes as SVG: one path of horizontal strokes, a third of what a rectangle for each module takes.

mod mask;
mod picture;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use picture::{MARGIN, Picture, Template};
use qrcode::{EcLevel, bits, ec};

/// The standard asks for four light modules on each side.
const QUIET: usize = 4;

/// The text has no place in a QR code of level M that a telephone still reads from paper (997 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} bytes are too many for a QR code")]
pub struct TooLong(pub usize);

/// The QR code of `text`, level M, as an SVG image that scales to its box.
pub fn svg(text: &str) -> Result<String, TooLong> {
    let picture = encode(text).ok_or(TooLong(text.len()))?;
    let width = picture.width();
    let side = width + 2 * QUIET;
    let mut image = String::with_capacity(width * width * 3);
    image.push_str(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path stroke=\"#000\" d=\""
    ));
    for (row, dark) in picture.rows.iter().enumerate() {
        draw_row(&mut image, row, *dark >> MARGIN);
    }
    image.push_str("\"/></svg>");
    Ok(image)
}

/// The same image as an address, for a page or a PDF that must hold everything itself.
pub fn data_url(text: &str) -> Result<String, TooLong> {
    let mut url = "data:image/svg+xml;base64,".to_owned();
    BASE64_STANDARD.encode_string(svg(text)?, &mut url);
    Ok(url)
}

/// The picture of a text, if there is one.
fn encode(text: &str) -> Option<Picture> {
    let bits = bits::encode_auto(text.as_bytes(), EcLevel::M).ok()?;
    let version = bits.version();
    let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).ok()?;
    mask::best(Template::of(version)?.pictures(data.into_iter().chain(correction)))
}

/// One stroke, one module wide, along the middle of each run of dark modules.
fn draw_row(image: &mut String, row: usize, mut dark: u128) {
    let (mut pen, mut column) = (None, 0);
    while dark != 0 {
        let light = dark.trailing_zeros();
        let run = (dark >> light).trailing_ones();
        column += light as usize;
        match pen {
            None => {
                image.push('M');
                push_number(image, column + QUIET);
                image.push(' ');
                push_number(image, row + QUIET);
                image.push_str(".5h");
            }
            Some(end) => {
                image.push('m');
                push_number(image, column - end);
                image.push_str(" 0h");
            }
        }
        push_number(image, run as usize);
        column += run as usize;
        pen = Some(column);
        dark >>= light + run;
    }
}

/// A number below 1000: a receipt's code has a thousand of them, and formatting each costs more than the rest.
fn push_number(image: &mut String, number: usize) {
    for unit in [100, 10, 1] {
        if number >= unit || unit == 1 {
            image.push(char::from(b'0' + (number / unit % 10) as u8));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let picture = encode(TEXT).expect("a code");
        let width = picture.width();
        let wanted: Vec<_> = (0..width * width)
            .map(|at| (at % width, at / width))
            .filter(|(x, y)| picture.rows[*y] >> (x + MARGIN) & 1 == 1)
            .map(|(x, y)| (x + QUIET, y + QUIET))
            .collect();
        assert_eq!(dark(&svg(TEXT).expect("an image")), wanted);
    }

    #[test]
    fn the_image_is_small_and_holds_nothing_from_outside() {
        let image = svg(TEXT).expect("an image");
        assert!(image.len() < 8_000, "{} bytes", image.len());
        assert_eq!(image.matches("http").count(), 1, "only the name space: {image}");
        assert!(data_url(TEXT).expect("an address").starts_with("data:image/svg+xml;base64,PHN2Zy"));
    }

    #[test]
    fn numbers_are_written_as_everywhere() {
        for number in 0..1000 {
            let mut written = String::new();
            push_number(&mut written, number);
            assert_eq!(written, number.to_string());
        }
    }

    #[test]
    fn a_text_too_long_is_an_answer() {
        assert!(svg(&"é".repeat(498)).is_ok());
        assert_eq!(svg(&"é".repeat(499)), Err(TooLong(998)));
        assert_eq!(svg(&"é".repeat(2_000)), Err(TooLong(4_000)));
    }
}
