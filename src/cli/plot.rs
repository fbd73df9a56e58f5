//! A plot of counts by month, as SVG: bars, axes with labels, and a title and a description for whoever does not see them.
//!
//! It must never write anything that a counted thing's name could end: what stands in it is escaped.

use std::fmt::Write as _;

/// Units of the picture's width and height.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 320.0;
/// Units beside the bars.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 56.0;
/// Lines across.
const LINES: u64 = 4;
/// Labels below the axis at most; of more bars only some are labelled.
const LABELS_MAX: usize = 13;

/// The months from the first to the last that is counted, those without any included, each with its count.
pub fn by_month(counts: &[(String, u64)]) -> Vec<(String, u64)> {
    let read = |month: &str| -> Option<(i32, u32)> {
        let (year, month) = month.split_once('-')?;
        Some((year.parse().ok()?, month.parse().ok()?))
    };
    let known: Vec<_> = counts
        .iter()
        .filter_map(|(month, count)| Some((read(month)?, *count)))
        .collect();
    let (Some((first, _)), Some((last, _))) = (known.iter().min(), known.iter().max()) else {
        return Vec::new();
    };
    let (mut at, last) = (*first, *last);
    let mut all = Vec::new();
    while at <= last {
        let count = known.iter().find(|(month, _)| *month == at);
        let name = format!("{:04}-{:02}", at.0, at.1);
        all.push((name, count.map_or(0, |(_, count)| *count)));
        at = if at.1 >= 12 {
            (at.0 + 1, 1)
        } else {
            (at.0, at.1 + 1)
        };
    }
    all
}

/// The plot of counts by month.
#[allow(
    clippy::cast_precision_loss,
    reason = "a picture needs no more than a few digits"
)]
pub fn svg(title: &str, counts: &[(String, u64)]) -> String {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let step = most.div_ceil(LINES).max(1);
    let top = (step * LINES) as f64;
    let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let y = |count: u64| TOP + height * (1.0 - count as f64 / top);
    let slot = width / counts.len().max(1) as f64;
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let (title, base) = (escaped(title), TOP + height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"desc\">{total} in {} months, {most} in one at most.</desc>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{title}</text>\n",
        counts.len()
    );
    // Writing to a string cannot fail.
    for line in 0..=LINES {
        let (count, right) = (line * step, WIDTH - RIGHT);
        let at = y(count);
        _ = writeln!(
            out,
            "<path d=\"M{LEFT} {at:.1}H{right}\" stroke=\"#ccc\"/><text x=\"{:.1}\" y=\"{:.1}\" \
             text-anchor=\"end\">{count}</text>",
            LEFT - 6.0,
            at + 4.0
        );
    }
    let every = counts.len().div_ceil(LABELS_MAX).max(1);
    for (place, (month, count)) in counts.iter().enumerate() {
        let month = escaped(month);
        let (x, at) = (LEFT + slot * (place as f64 + 0.1), y(*count));
        _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{at:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#1f6f8b\"><title>{month}: \
             {count}</title></rect>",
            slot * 0.8,
            base - at
        );
        if place % every == 0 {
            let middle = LEFT + slot * (place as f64 + 0.5);
            _ = writeln!(
                out,
                "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{month}</text>",
                base + 18.0
            );
        }
    }
    _ = writeln!(
        out,
        "<path d=\"M{LEFT} {TOP}V{base}H{}\" fill=\"none\" stroke=\"#333\"/>\n<text x=\"{:.1}\" y=\"{:.1}\" \
         text-anchor=\"middle\">month</text>\n</svg>",
        WIDTH - RIGHT,
        LEFT + width / 2.0,
        HEIGHT - 12.0
    );
    out
}

/// A text as XML takes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: &[(&str, u64)]) -> Vec<(String, u64)> {
        all.iter()
            .map(|(month, count)| ((*month).to_owned(), *count))
            .collect()
    }

    #[test]
    fn months_without_any_are_there() {
        let all = by_month(&counts(&[("2025-11", 2), ("2026-02", 5)]));
        let expect = [
            ("2025-11", 2),
            ("2025-12", 0),
            ("2026-01", 0),
            ("2026-02", 5),
        ];
        assert_eq!(all, counts(&expect));
        assert_eq!(by_month(&[]), Vec::new());
        assert_eq!(by_month(&counts(&[("no month", 2)])), Vec::new());
    }

    #[test]
    fn a_plot_has_a_bar_a_month_and_escapes_what_it_tells() {
        let plot = svg(
            "Arcs <below> \"2.999\" & more",
            &counts(&[("2026-01", 3), ("2026-02", 9)]),
        );
        assert_eq!(plot.matches("<rect ").count(), 2);
        assert!(plot.contains("Arcs &lt;below&gt; &quot;2.999&quot; &amp; more"));
        assert!(plot.contains("<title>2026-02: 9</title>") && plot.contains(">12</text>"));
        let none = svg("Nothing", &[]);
        assert!(none.contains("0 in 0 months") && !none.contains("NaN") && !none.contains("inf"));
    }
}
