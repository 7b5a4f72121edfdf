//! How wide a text is in the fonts of the program, so that labels are placed where they fit.
//!
//! Widths are sums of advances, without kerning: never much less than what is drawn.

use glam::{DVec2, dvec2};

use super::Frame;
use crate::scene::Anchor;

/// How large and heavy a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// Figures beside lines.
    Small,
    /// Values.
    Body,
    /// Names.
    Strong,
}

impl Size {
    /// Its font size on paper, mm.
    pub(crate) fn em(self) -> f64 {
        match self {
            Self::Small => 2.1,
            Self::Body | Self::Strong => 2.6,
        }
    }

    /// Whether it is drawn in the heavier font.
    pub(crate) fn is_strong(self) -> bool {
        match self {
            Self::Small | Self::Body => false,
            Self::Strong => true,
        }
    }
}

/// Advances of the printable ASCII letters in Inter Regular, thousandths of the font size.
const REGULAR: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 648, 648, 648,
    648, 648, 648, 648, 648, 648, 648, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598,
    587, 743, 740, 264, 543, 652, 562, 889, 753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642,
    665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544,
    237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659,
];
/// The same in Inter Semi Bold.
const SEMI_BOLD: [u16; 95] = [
    248, 309, 396, 643, 649, 844, 663, 213, 393, 393, 543, 673, 295, 466, 290, 379, 670, 670, 670,
    670, 669, 670, 670, 670, 670, 670, 290, 295, 673, 673, 673, 544, 999, 724, 657, 744, 724, 608,
    586, 755, 744, 275, 561, 677, 566, 906, 741, 775, 643, 776, 651, 649, 660, 734, 724, 1007, 690,
    705, 653, 393, 379, 393, 481, 468, 497, 575, 630, 577, 630, 593, 377, 625, 613, 261, 261, 569,
    261, 898, 610, 608, 625, 625, 397, 549, 380, 608, 576, 837, 562, 576, 562, 393, 358, 393, 673,
];
/// Height of a line of text as a share of the font size: capitals with their accents and tails.
const LINE: f64 = 1.0;

/// How wide a text is, mm.
pub(crate) fn width(text: &str, size: Size) -> f64 {
    let thousandths: f64 = text.chars().map(|letter| f64::from(advance(letter, size))).sum();
    thousandths / 1000.0 * size.em()
}

/// The rectangle a text fills.
pub(crate) fn frame(at: DVec2, anchor: Anchor, size: Size, text: &str) -> Frame {
    let width = width(text, size);
    let left = match anchor {
        Anchor::Start => at.x,
        Anchor::Middle => at.x - width / 2.0,
        Anchor::End => at.x - width,
    };
    let height = size.em() * LINE;
    Frame::sized(dvec2(left, at.y - height / 2.0), dvec2(width, height))
}

/// The text, cut with an ellipsis where it is wider than there is room; nothing where not even a
/// letter fits.
pub(crate) fn clipped(text: &str, room: f64, size: Size) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let room = room - width("…", size);
    let mut used = 0.0;
    let mut cut = String::new();
    for letter in text.chars() {
        used += f64::from(advance(letter, size)) / 1000.0 * size.em();
        if used > room {
            break;
        }
        cut.push(letter);
    }
    if cut.is_empty() {
        return cut;
    }
    cut.push('…');
    cut
}

fn advance(letter: char, size: Size) -> u16 {
    let table = if size.is_strong() { &SEMI_BOLD } else { &REGULAR };
    let index = u32::from(letter).checked_sub(32).and_then(|index| usize::try_from(index).ok());
    index.and_then(|index| table.get(index).copied()).unwrap_or(match letter {
        '·' => 290,
        '°' | '²' | '³' => 458,
        '–' => 500,
        '…' => 821,
        '→' | '←' | '↑' | '↓' => 955,
        // Anything else is hardly wider than a capital.
        _ => 700,
    })
}

#[cfg(test)]
mod tests {
    use resvg::usvg::Tree;

    use super::*;
    use crate::exchange::png;

    #[test]
    fn widths_are_those_of_the_fonts() {
        for (size, family) in [(Size::Body, "Inter"), (Size::Strong, "Inter Semi Bold")] {
            for text in ["IT-07A/LV 1,330 kVA", "4 × 1000 mm² Al, 23 m", "DN 600 489 kg/s"] {
                let svg = format!(
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"99\"><text \
                     x=\"9\" y=\"60\" font-size=\"26\" font-family=\"{family}\">{text}</text></svg>"
                );
                let tree = Tree::from_str(&svg, &png::options()).unwrap();
                let drawn = f64::from(tree.root().bounding_box().width()) / 10.0;
                let share = width(text, size) / drawn;
                assert!((0.97..1.08).contains(&share), "{family}: {text} is {drawn} mm wide");
            }
        }
    }

    #[test]
    fn what_is_cut_fits() {
        let long = "a transformer station with a long name";
        for room in [4.5, 9.0, 20.0] {
            let cut = clipped(long, room, Size::Body);
            assert!(cut.ends_with('…') && width(&cut, Size::Body) <= room, "{cut}");
        }
        assert_eq!(clipped("short", 20.0, Size::Body), "short");
        assert_eq!(clipped(long, 1.0, Size::Body), "");
    }
}
