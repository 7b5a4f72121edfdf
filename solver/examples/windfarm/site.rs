//! A wind farm as its file tells it, and the ground that its cables may lie on.
//!
//! The ground is what is inside the border and outside the obstacles. Drawn outlines and surveyed
//! places never agree to the last digit, so a cable may graze an outline by a small tolerance, and
//! a place on the wrong side of an outline may be left by the straight way across that outline.

use std::path::Path;

use serde::Deserialize;

/// Most turbines that are read.
const MOST_TURBINES: usize = 20_000;
/// Most pairs of a turbine and a substation; each pair is a possible cable.
const MOST_FEEDERS: usize = 40_000;
/// Most corners of the border and the obstacles together.
const MOST_CORNERS: usize = 2_000;
/// Farthest that a coordinate may be from zero, m.
const FARTHEST: f64 = 1e9;
/// How far a cable may stray over an outline, as a share of the extent of all places.
const TOLERANCE: f64 = 1e-5;

/// A place or a direction, m.
pub(crate) type Point = [f64; 2];

/// A wind farm: what is to be connected and where cables may lie.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Site {
    /// Turbines, m from their middle.
    pub(crate) turbines: Vec<Point>,
    /// Substations, m from the middle of the turbines.
    pub(crate) substations: Vec<Point>,
    /// Corners of the area that cables stay in; none where they may lie anywhere.
    #[serde(default)]
    pub(crate) border: Vec<Point>,
    /// Corners of each area that cables keep out of.
    #[serde(default)]
    pub(crate) obstacles: Vec<Vec<Point>>,
}

/// How many places a file says that it lists.
#[derive(Debug, Deserialize)]
struct Counts {
    n_turbines: Option<usize>,
    n_substations: Option<usize>,
}

/// Reads a wind farm and moves it so that the middle of its turbines is the origin.
pub(crate) fn read(file: &Path, text: &str) -> Result<Site, String> {
    let name = file.display();
    let site: Site = parse(text).map_err(|complaint| format!("{name}:{complaint}"))?;
    let counts: Counts = parse(text).map_err(|complaint| format!("{name}:{complaint}"))?;
    check_lists(&site, &counts)
        .and_then(|()| check_coordinates(&site))
        .map(|()| centered(site))
        .and_then(|site| check_outlines(&site).map(|()| site))
        .map_err(|complaint| format!("{name}: {complaint}"))
}

/// Reads JSON; a complaint starts with the line and the column.
fn parse<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let place = format!(" at line {line} column {column}");
        let reason = message.strip_suffix(place.as_str()).unwrap_or(message.as_str());
        format!(
            "{line}:{column}: {reason}; a site is a JSON object that lists turbines, substations \
             and border as [x, y] in metres and obstacles as lists of such corners"
        )
    })
}

fn check_lists(site: &Site, counts: &Counts) -> Result<(), String> {
    let Site { turbines, substations, border, obstacles } = site;
    let lists = [
        ("turbines", turbines.len(), counts.n_turbines),
        ("substations", substations.len(), counts.n_substations),
    ];
    for (name, listed, said) in lists {
        if listed == 0 {
            return Err(format!("{name} is empty; list at least one place as [x, y]"));
        }
        if let Some(said) = said
            && said != listed
        {
            return Err(format!(
                "n_{name} says {said}, but {name} lists {listed}; correct the number or the list"
            ));
        }
    }
    if turbines.len() > MOST_TURBINES {
        return Err(format!(
            "turbines lists {}, more than {MOST_TURBINES}; solve the site in parts",
            turbines.len()
        ));
    }
    if turbines.len().saturating_mul(substations.len()) > MOST_FEEDERS {
        return Err(format!(
            "{} turbines and {} substations make more than {MOST_FEEDERS} possible feeders; solve \
             the site in parts",
            turbines.len(),
            substations.len()
        ));
    }
    let corners = border.len() + obstacles.iter().map(Vec::len).sum::<usize>();
    if corners > MOST_CORNERS {
        return Err(format!(
            "border and obstacles have {corners} corners, more than {MOST_CORNERS}; simplify the \
             outlines"
        ));
    }
    Ok(())
}

fn check_coordinates(site: &Site) -> Result<(), String> {
    let Site { turbines, substations, border, obstacles } = site;
    let lists = [("turbines", turbines), ("substations", substations), ("border", border)]
        .map(|(name, list)| (name.to_owned(), list));
    let areas = (1..).zip(obstacles).map(|(number, area)| (format!("obstacles {number}"), area));
    for (name, list) in lists.into_iter().chain(areas) {
        for (number, place) in (1..).zip(list) {
            if !place.iter().all(|value| value.is_finite() && value.abs() <= FARTHEST) {
                return Err(format!(
                    "{name}, place {number}: {place:?} is not within {FARTHEST:e} m of zero; give \
                     planar coordinates in metres"
                ));
            }
        }
    }
    Ok(())
}

/// Moves the middle of the turbines to the origin and leaves repeated corners out.
fn centered(mut site: Site) -> Site {
    let Site { turbines, substations, border, obstacles } = &mut site;
    for outline in std::iter::once(&mut *border).chain(obstacles.iter_mut()) {
        outline.dedup();
        while outline.len() > 1 && outline.first() == outline.last() {
            outline.pop();
        }
    }
    let add = |sum: Point, place: &Point| [sum[0] + place[0], sum[1] + place[1]];
    let sum = turbines.iter().fold([0.0, 0.0], add);
    let middle = sum.map(|value| value / turbines.len() as f64);
    let corners = border.iter_mut().chain(obstacles.iter_mut().flatten());
    for place in turbines.iter_mut().chain(substations.iter_mut()).chain(corners) {
        *place = minus(*place, middle);
    }
    site
}

fn check_outlines(site: &Site) -> Result<(), String> {
    let border = (!site.border.is_empty()).then_some(("border".to_owned(), &site.border));
    let obstacles = (1..).zip(&site.obstacles);
    let obstacles = obstacles.map(|(number, area)| (format!("obstacles {number}"), area));
    for (name, outline) in border.into_iter().chain(obstacles) {
        if outline.len() < 3 {
            return Err(format!(
                "{name}: {} different corners enclose nothing; give three or leave it out",
                outline.len()
            ));
        }
        let span = outline.iter().map(|&corner| distance(corner, outline[0])).fold(0.0, f64::max);
        if twice_area(outline).abs() <= 1e-12 * span * span {
            return Err(format!(
                "{name}: its corners lie on one line and enclose nothing; correct them or leave \
                 it out"
            ));
        }
    }
    Ok(())
}

/// A place as seen by a cable that ends there.
#[derive(Clone, Debug)]
pub(crate) struct Stand {
    /// Where it is.
    pub(crate) at: Point,
    /// Outlines on whose wrong side it is.
    breached: Vec<usize>,
}

/// A corner that the shortest way around an outline may turn at.
#[derive(Clone, Debug)]
pub(crate) struct Bend {
    /// Where it is.
    pub(crate) stand: Stand,
    neighbours: [Point; 2],
}

/// Where cables may lie: inside the border and outside the obstacles.
#[derive(Debug)]
pub(crate) struct Ground {
    /// How far a cable may stray over an outline, m.
    pub(crate) tolerance: f64,
    regions: Vec<Region>,
}

impl Ground {
    /// The ground of a site.
    pub(crate) fn new(site: &Site) -> Self {
        let border = (!site.border.is_empty()).then(|| Region::new(Cables::Inside, &site.border));
        let obstacles = site.obstacles.iter().map(|area| Region::new(Cables::Outside, area));
        let extent = Bounds::around(site.turbines.iter().chain(&site.substations).copied());
        Self {
            tolerance: TOLERANCE * distance(extent.low, extent.high),
            regions: border.into_iter().chain(obstacles).collect(),
        }
    }

    /// A place with the outlines that it is on the wrong side of.
    pub(crate) fn stand(&self, at: Point) -> Stand {
        let is_deep = |region: &Region| {
            region.forbids(at)
                && region.edges.iter().all(|&edge| distance_to_line(at, edge) > self.tolerance)
        };
        let regions = self.regions.iter().enumerate();
        let breached = regions.filter_map(|(index, region)| is_deep(region).then_some(index));
        Stand { at, breached: breached.collect() }
    }

    /// Corners that ways around the outlines may turn at.
    pub(crate) fn bends(&self) -> Vec<Bend> {
        let corners = self.regions.iter().flat_map(Region::turns);
        corners
            .map(|[before, at, after]| Bend { stand: self.stand(at), neighbours: [before, after] })
            .filter(|bend| bend.stand.breached.is_empty())
            .collect()
    }

    /// Whether the shortest way from a place may go around a corner: only where the outline stays
    /// on one side of the line from the place to the corner.
    pub(crate) fn may_turn(&self, from: Point, bend: &Bend) -> bool {
        let along = minus(bend.stand.at, from);
        let reach = self.tolerance * norm(along);
        let sides = bend.neighbours.map(|corner| cross(along, minus(corner, bend.stand.at)));
        norm(along) <= self.tolerance
            || sides.iter().any(|side| side.abs() <= reach)
            || (sides[0] > 0.0) == (sides[1] > 0.0)
    }

    /// Whether a straight cable may lie between two places.
    ///
    /// The line is cut wherever it meets an outline. A piece is free if the ground is free on
    /// one side of it at least, a tolerance away: so lines along an outline are, lines between two
    /// outlines that touch are not.
    pub(crate) fn is_free(&self, from: &Stand, to: &Stand) -> bool {
        let along = minus(to.at, from.at);
        let length = norm(along);
        if self.regions.is_empty() || length <= 2.0 * self.tolerance {
            return true;
        }
        let span = Bounds::around([from.at, to.at]).grown(self.tolerance);
        let mut stops = vec![0.0, 1.0];
        // Each outline counts between two shares of the line.
        let mut rules: Vec<(&Region, f64, f64)> = Vec::new();
        for (index, region) in self.regions.iter().enumerate() {
            if matches!(region.cables, Cables::Outside) && !region.bounds.meets(&span) {
                continue;
            }
            let known = stops.len();
            region.meetings(from.at, along, self.tolerance, &mut stops);
            let met = stops[known..].iter().copied();
            let start = if from.breached.contains(&index) {
                met.clone().fold(f64::INFINITY, f64::min)
            } else {
                0.0
            };
            let end = if to.breached.contains(&index) {
                met.fold(f64::NEG_INFINITY, f64::max)
            } else {
                1.0
            };
            rules.push((region, start, end));
        }
        stops.sort_unstable_by(f64::total_cmp);
        let aside = [-along[1], along[0]].map(|value| value / length * self.tolerance);
        let is_open = |share: f64, side: f64| {
            let place = [
                from.at[0] + share * along[0] + side * aside[0],
                from.at[1] + share * along[1] + side * aside[1],
            ];
            rules.iter().all(|&(region, start, end)| {
                share <= start || share >= end || !region.forbids(place)
            })
        };
        let mut pieces = stops.windows(2).map(|pair| (pair[0], pair[1] - pair[0]));
        pieces.all(|(start, share)| {
            if share * length <= 2.0 * self.tolerance {
                return true;
            }
            let sides = |part: f64| {
                let place = start + part * share;
                (is_open(place, 1.0), is_open(place, -1.0))
            };
            match sides(0.5) {
                (true, true) => true,
                (false, false) => false,
                // Along an outline: it may come closer towards the ends of the piece.
                (true, false) | (false, true) => [0.2, 0.8].into_iter().all(|part| {
                    let (left, right) = sides(part);
                    left || right
                }),
            }
        })
    }
}

/// On which side of an outline cables lie.
#[derive(Clone, Copy, Debug)]
enum Cables {
    Inside,
    Outside,
}

/// An outline and its side.
#[derive(Debug)]
struct Region {
    cables: Cables,
    edges: Vec<[Point; 2]>,
    bounds: Bounds,
    /// Whether the corners run counter-clockwise.
    is_leftward: bool,
}

impl Region {
    fn new(cables: Cables, outline: &[Point]) -> Self {
        let next = outline.iter().cycle().skip(1);
        Self {
            cables,
            edges: outline.iter().zip(next).map(|(&from, &to)| [from, to]).collect(),
            bounds: Bounds::around(outline.iter().copied()),
            is_leftward: twice_area(outline) > 0.0,
        }
    }

    /// Whether a place is strictly on the wrong side.
    fn forbids(&self, place: Point) -> bool {
        match self.cables {
            Cables::Inside => !self.contains(place),
            Cables::Outside => self.contains(place),
        }
    }

    fn contains(&self, place: Point) -> bool {
        if !self.bounds.meets(&Bounds { low: place, high: place }) {
            return false;
        }
        let is_crossed = |[from, to]: &&[Point; 2]| {
            (from[1] > place[1]) != (to[1] > place[1])
                && place[0] < from[0] + (place[1] - from[1]) / (to[1] - from[1]) * (to[0] - from[0])
        };
        self.edges.iter().filter(is_crossed).count() % 2 == 1
    }

    /// Adds the shares of a line at which it meets the outline.
    fn meetings(&self, start: Point, along: Point, tolerance: f64, stops: &mut Vec<f64>) {
        let square = dot(along, along);
        let reach = tolerance * square.sqrt();
        let end = [start[0] + along[0], start[1] + along[1]];
        let span = Bounds::around([start, end]).grown(tolerance);
        let mut add = |share: f64| {
            if share > 0.0 && share < 1.0 {
                stops.push(share);
            }
        };
        for &edge in &self.edges {
            if !Bounds::around(edge).meets(&span) {
                continue;
            }
            let [from, to] = edge.map(|corner| minus(corner, start));
            let (side_from, side_to) = (cross(along, from), cross(along, to));
            let (share_from, share_to) = (dot(along, from) / square, dot(along, to) / square);
            if side_from.abs() <= reach {
                add(share_from);
            }
            if (side_from > 0.0) != (side_to > 0.0) {
                add(share_from + side_from / (side_from - side_to) * (share_to - share_from));
            }
        }
    }

    /// Corners that point into the ground, each between its neighbours.
    fn turns(&self) -> impl Iterator<Item = [Point; 3]> {
        let next = self.edges.iter().cycle().skip(1);
        let corners = self.edges.iter().zip(next).map(|(first, second)| {
            let [before, at] = *first;
            [before, at, second[1]]
        });
        corners.filter(move |&[before, at, after]| {
            let (arriving, leaving) = (minus(at, before), minus(after, at));
            let turn = cross(arriving, leaving);
            let is_convex = (turn > 0.0) == self.is_leftward;
            turn.abs() > 1e-12 * norm(arriving) * norm(leaving)
                && match self.cables {
                    Cables::Inside => !is_convex,
                    Cables::Outside => is_convex,
                }
        })
    }
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Its lower left corner.
    pub(crate) low: Point,
    /// Its upper right corner.
    pub(crate) high: Point,
}

impl Bounds {
    /// The smallest rectangle around some places.
    pub(crate) fn around(places: impl IntoIterator<Item = Point>) -> Self {
        let nothing = Self { low: [f64::INFINITY; 2], high: [f64::NEG_INFINITY; 2] };
        places.into_iter().fold(nothing, |Self { low, high }, place| Self {
            low: [low[0].min(place[0]), low[1].min(place[1])],
            high: [high[0].max(place[0]), high[1].max(place[1])],
        })
    }

    /// The rectangle, larger on all sides.
    pub(crate) fn grown(self, by: f64) -> Self {
        Self { low: self.low.map(|value| value - by), high: self.high.map(|value| value + by) }
    }

    /// Whether two rectangles have a place in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.low[0] <= other.high[0]
            && other.low[0] <= self.high[0]
            && self.low[1] <= other.high[1]
            && other.low[1] <= self.high[1]
    }
}

/// The direction from the second place to the first.
pub(crate) fn minus(to: Point, from: Point) -> Point {
    [to[0] - from[0], to[1] - from[1]]
}

/// The inner product.
pub(crate) fn dot(one: Point, other: Point) -> f64 {
    one[0] * other[0] + one[1] * other[1]
}

/// The outer product: positive if the second direction is to the left of the first.
pub(crate) fn cross(one: Point, other: Point) -> f64 {
    one[0] * other[1] - one[1] * other[0]
}

/// The length of a direction.
pub(crate) fn norm(along: Point) -> f64 {
    dot(along, along).sqrt()
}

/// The straight distance of two places.
pub(crate) fn distance(from: Point, to: Point) -> f64 {
    norm(minus(to, from))
}

/// The distance of a place from a straight line between two others.
pub(crate) fn distance_to_line(place: Point, [from, to]: [Point; 2]) -> f64 {
    let along = minus(to, from);
    let square = dot(along, along);
    if square <= 0.0 {
        return distance(place, from);
    }
    let share = (dot(minus(place, from), along) / square).clamp(0.0, 1.0);
    distance(place, [from[0] + share * along[0], from[1] + share * along[1]])
}

/// Twice the area inside an outline, negative if its corners run clockwise.
fn twice_area(outline: &[Point]) -> f64 {
    let Some(&first) = outline.first() else { return 0.0 };
    let triangle = |pair: &[Point]| cross(minus(pair[0], first), minus(pair[1], first));
    outline.windows(2).map(triangle).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{"handle": "small", "n_turbines": 2, "n_substations": 1,
"turbines": [[500000.0, 6000000.0], [500010.0, 6000000.0]],
"substations": [[500005.0, 6000005.0]],
"border": [[499990.0, 5999990.0], [500020.0, 5999990.0], [500005.0, 6000020.0]],
"obstacles": [], "note": "made up"}"#;

    const SQUARE: [Point; 4] = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];

    fn small() -> Site {
        read(Path::new("small.json"), SMALL).unwrap()
    }

    fn complaint(from: &str, to: &str) -> String {
        assert!(SMALL.contains(from), "the example lacks {from}");
        read(Path::new("small.json"), &SMALL.replace(from, to)).unwrap_err()
    }

    fn ground(border: &[Point], obstacles: &[&[Point]]) -> Ground {
        Ground::new(&Site {
            turbines: vec![[0.0, 0.0]],
            substations: vec![[10.0, 10.0]],
            border: border.to_vec(),
            obstacles: obstacles.iter().map(|area| area.to_vec()).collect(),
        })
    }

    fn is_free(ground: &Ground, from: Point, to: Point) -> bool {
        ground.is_free(&ground.stand(from), &ground.stand(to))
    }

    #[test]
    fn the_middle_of_the_turbines_becomes_the_origin() {
        let site = small();
        assert!(distance(site.turbines[0], [-5.0, 0.0]) < 1e-9);
        assert!(distance(site.turbines[1], [5.0, 0.0]) < 1e-9);
        assert!(distance(site.substations[0], [0.0, 5.0]) < 1e-9);
        assert!(distance(site.border[2], [0.0, 20.0]) < 1e-9);
    }

    #[test]
    fn border_and_obstacles_may_be_missing() {
        let text = r#"{"turbines": [[1.0, 2.0]], "substations": [[3, 4]]}"#;
        let site = read(Path::new("bare.json"), text).unwrap();
        assert!(site.border.is_empty() && site.obstacles.is_empty());
    }

    #[test]
    fn two_turbines_may_share_a_place() {
        let text = r#"{"turbines": [[1, 2], [1, 2]], "substations": [[3, 4]]}"#;
        assert!(read(Path::new("twins.json"), text).is_ok());
    }

    #[test]
    fn an_outline_may_repeat_its_first_corner() {
        let text = r#"{"turbines": [[1, 2]], "substations": [[3, 4]],
            "border": [[0, 0], [9, 0], [9, 0], [9, 9], [0, 0]]}"#;
        let site = read(Path::new("closed.json"), text).unwrap();
        assert_eq!(site.border.len(), 3);
    }

    #[test]
    fn broken_text_is_refused_with_its_line_and_column() {
        let complaint = complaint("6000005.0]]", "6000005.0]");
        assert!(complaint.starts_with("small.json:4:"), "{complaint}");
        assert!(!complaint.contains(" at line "), "{complaint}");
    }

    #[test]
    fn a_number_beyond_all_floats_is_refused() {
        let complaint = complaint("500010.0", "1e999");
        assert!(complaint.starts_with("small.json:2:"), "{complaint}");
    }

    #[test]
    fn an_absurd_coordinate_is_refused() {
        let complaint = complaint("500010.0", "5e12");
        assert!(complaint.starts_with("small.json: turbines, place 2:"), "{complaint}");
        assert!(complaint.contains("1e9 m"), "{complaint}");
    }

    #[test]
    fn a_count_that_disagrees_is_refused() {
        let turbines = complaint("\"n_turbines\": 2", "\"n_turbines\": 3");
        assert!(turbines.contains("n_turbines says 3, but turbines lists 2"), "{turbines}");
        let substations = complaint("\"n_substations\": 1", "\"n_substations\": 0");
        assert!(substations.contains("n_substations says 0"), "{substations}");
    }

    #[test]
    fn a_site_without_turbines_or_substations_is_refused() {
        let turbines = complaint("[[500000.0, 6000000.0], [500010.0, 6000000.0]]", "[]");
        assert!(turbines.contains("turbines is empty"), "{turbines}");
        let substations = complaint("[[500005.0, 6000005.0]]", "[]");
        assert!(substations.contains("substations is empty"), "{substations}");
    }

    #[test]
    fn an_outline_that_encloses_nothing_is_refused() {
        let two = complaint("\"obstacles\": []", "\"obstacles\": [[[0, 0], [1, 1], [0, 0]]]");
        assert!(two.contains("obstacles 1: 2 different corners"), "{two}");
        let line = complaint("\"obstacles\": []", "\"obstacles\": [[[0, 0], [1, 1], [2, 2]]]");
        assert!(line.contains("obstacles 1: its corners lie on one line"), "{line}");
    }

    #[test]
    fn a_line_along_the_border_is_free_and_one_outside_is_not() {
        let bay = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [5.0, 5.0], [0.0, 10.0]];
        let ground = ground(&bay, &[]);
        assert!(is_free(&ground, [0.0, 2.0], [0.0, 8.0]));
        assert!(is_free(&ground, [1.0, 5.0], [9.0, 5.0]));
        assert!(!is_free(&ground, [1.0, 8.0], [9.0, 8.0]));
        assert_eq!(ground.bends().len(), 1);
    }

    #[test]
    fn a_line_may_touch_an_obstacle_but_not_enter_it() {
        let area: [Point; 4] = [[4.0, 4.0], [6.0, 4.0], [6.0, 6.0], [4.0, 6.0]];
        let ground = ground(&[], &[&area]);
        assert!(is_free(&ground, [0.0, 4.0], [10.0, 4.0]));
        assert!(is_free(&ground, [2.0, 6.0], [6.0, 2.0]));
        assert!(!is_free(&ground, [0.0, 4.1], [10.0, 4.1]));
        assert!(!is_free(&ground, [4.0, 4.0], [6.0, 6.0]));
        assert_eq!(ground.bends().len(), 4);
    }

    #[test]
    fn no_line_runs_between_two_outlines_that_touch() {
        let wall: [Point; 4] = [[4.0, 0.0], [6.0, 0.0], [6.0, 10.0], [4.0, 10.0]];
        let ground = ground(&SQUARE, &[&wall]);
        assert!(!is_free(&ground, [2.0, 0.0], [8.0, 0.0]));
        assert!(is_free(&ground, [4.0, 0.0], [4.0, 10.0]));
    }

    #[test]
    fn a_place_beyond_the_border_is_left_by_the_straight_way() {
        let ground = ground(&SQUARE, &[]);
        assert!(is_free(&ground, [-1.0, 5.0], [8.0, 5.0]));
        assert!(is_free(&ground, [-1.0, 5.0], [-1.0, 8.0]));
    }
}
