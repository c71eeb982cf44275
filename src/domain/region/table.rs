//! The division table: read once from the text shipped with the program, then looked up by name or code.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::Region;
use super::names::{self, Form};

/// Sources, date and notices: `docs/divisions.md`.
const DIVISIONS: &str = include_str!("../../../data/divisions.txt");
const HISTORY: &str = include_str!("../../../data/divisions-history.txt");

/// The names of 省直辖 counties are cities to everyone who writes an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Province,
    City,
    District,
}

/// Place of a division in the table.
pub(crate) type NodeId = u16;

struct Node {
    code: String,
    name: &'static str,
    stem: &'static str,
    level: Level,
    parent: Option<NodeId>,
    /// `None` while the division exists.
    former: Option<Former>,
}

struct Former {
    heirs: Vec<NodeId>,
    /// One heir took over the whole area: the old name is only an old name.
    renamed: bool,
}

pub(crate) struct Table {
    nodes: Vec<Node>,
    /// Sorted by name; one entry for each way to write each division.
    names: Vec<(String, Form, NodeId)>,
    longest_name: usize,
    by_code: HashMap<String, NodeId>,
    former_by_code: HashMap<String, NodeId>,
}

/// The table, read at the first call.
pub(crate) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::load)
}

impl Table {
    pub(super) fn load() -> Self {
        let mut table = Self {
            nodes: Vec::with_capacity(4_600),
            names: Vec::with_capacity(9_000),
            longest_name: 0,
            by_code: HashMap::with_capacity(4_000),
            former_by_code: HashMap::with_capacity(800),
        };
        table.read_divisions();
        table.read_history();
        table.read_names();
        table
    }

    /// A line is an indent for the depth, the digits the division adds to its parent's, the name, and the
    /// name's stem where no rule gives it. Four digits at depth one are a division without a city.
    fn read_divisions(&mut self) {
        let mut open: [Option<NodeId>; 2] = [None, None];
        for line in DIVISIONS.lines() {
            let entry = line.trim_start_matches(' ');
            let depth = line.len() - entry.len();
            let digits = entry.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, names) = entry.split_at(digits);
            let (name, stem) = names.split_once(' ').unwrap_or((names, names::stem(names)));
            let parent = if depth == 0 { None } else { open[depth - 1] };
            let above = parent.map_or("", |parent| super::prefix_of(&self.nodes[usize::from(parent)].code));
            let code = format!("{above}{digits:0<width$}", width = 6 - above.len());
            let level = match depth {
                0 => Level::Province,
                1 if code.starts_with("81") || code.starts_with("82") => Level::District,
                1 => Level::City,
                _ => Level::District,
            };
            let id = self.push(Node { code: code.clone(), name, stem, level, parent, former: None });
            self.by_code.insert(code, id);
            if depth < 2 {
                open[depth] = Some(id);
            }
        }
    }

    /// A line is `code last-year province/city/county heirs`; `~` before the heirs says that borders moved.
    fn read_history(&mut self) {
        let mut former_cities: HashMap<(&str, &str), NodeId> = HashMap::new();
        let current: HashMap<(String, &str), NodeId> = (0..)
            .zip(&self.nodes)
            .filter_map(|(id, node)| {
                Some(((self.nodes[usize::from(node.parent?)].name.to_owned(), node.name), id))
            })
            .collect();
        for line in HISTORY.lines() {
            let mut parts = line.split(' ');
            let (Some(code), Some(_year), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let heirs = parts.next().unwrap_or("~");
            let mut levels = path.split('/');
            let (Some(province_name), Some(city_name)) = (levels.next(), levels.next()) else { continue };
            let Some(&province) = self.by_code.get(&province_code(code, province_name, self)) else {
                continue;
            };
            let city = current
                .get(&(province_name.to_owned(), city_name))
                .or_else(|| former_cities.get(&(province_name, city_name)))
                .copied();
            let former = Former {
                renamed: !heirs.starts_with('~') && !heirs.contains(','),
                heirs: heirs
                    .trim_start_matches('~')
                    .split(',')
                    .filter_map(|code| self.by_code.get(code).copied())
                    .collect(),
            };
            let (name, level, parent) = match levels.next() {
                Some(county) => (county, Level::District, city.unwrap_or(province)),
                None => (city_name, Level::City, province),
            };
            let node = Node {
                code: code.to_owned(),
                name,
                stem: names::stem(name),
                level,
                parent: Some(parent),
                former: Some(former),
            };
            let id = self.push(node);
            self.former_by_code.insert(code.to_owned(), id);
            if level == Level::City {
                former_cities.insert((province_name, city_name), id);
            }
        }
    }

    fn read_names(&mut self) {
        for (id, node) in (0..).zip(&self.nodes) {
            let stem_too = node.former.is_none() || node.level == Level::City;
            for (name, form) in names::forms(node.name, node.stem, node.level, stem_too) {
                self.names.push((name, form, id));
            }
        }
        for (name, code) in names::EXTRA {
            if let Some(&id) = self.by_code.get(code) {
                self.names.push((name.to_owned(), Form::Short, id));
            }
        }
        self.names.sort();
        self.names.dedup();
        self.longest_name = self.names.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId::try_from(self.nodes.len()).expect("the shipped table has fewer than 65,536 lines");
        self.nodes.push(node);
        id
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[usize::from(id)]
    }

    /// The division of today with this code; 2 and 4 digits are filled up with zeros.
    pub(crate) fn current(&self, code: &str) -> Option<NodeId> {
        self.by_code.get(&format!("{code:0<6}")).copied()
    }

    /// The division of former times with this code.
    pub(crate) fn former(&self, code: &str) -> Option<NodeId> {
        self.former_by_code.get(&format!("{code:0<6}")).copied()
    }

    pub(crate) fn all_current(&self) -> impl Iterator<Item = NodeId> {
        (0..).zip(&self.nodes).take_while(|(_, node)| node.former.is_none()).map(|(id, _)| id)
    }

    pub(crate) fn code(&self, id: NodeId) -> &str {
        &self.node(id).code
    }

    pub(crate) fn name(&self, id: NodeId) -> &'static str {
        self.node(id).name
    }

    pub(crate) fn stem(&self, id: NodeId) -> &'static str {
        self.node(id).stem
    }

    pub(crate) fn province_of(&self, id: NodeId) -> NodeId {
        self.parent(id).map_or(id, |parent| self.province_of(parent))
    }

    pub(crate) fn level(&self, id: NodeId) -> Level {
        self.node(id).level
    }

    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).parent
    }

    pub(crate) fn is_former(&self, id: NodeId) -> bool {
        self.node(id).former.is_some()
    }

    /// The codes that took over a former division.
    pub(crate) fn heirs(&self, id: NodeId) -> Vec<&str> {
        self.node(id).former.iter().flat_map(|former| &former.heirs).map(|&heir| self.code(heir)).collect()
    }

    /// What a division is today: itself, or the one heir it was renamed to.
    pub(crate) fn today(&self, id: NodeId) -> Option<NodeId> {
        match &self.node(id).former {
            None => Some(id),
            Some(former) if former.renamed => former.heirs.first().copied(),
            Some(_) => None,
        }
    }

    /// Whether `below` lies strictly under `above`. The counties of a renamed city also lie under its old name.
    pub(crate) fn is_below(&self, below: NodeId, above: NodeId) -> bool {
        let heir = self.today(above).unwrap_or(above);
        let mut at = below;
        while let Some(parent) = self.parent(at) {
            if parent == above || parent == heir {
                return true;
            }
            at = parent;
        }
        false
    }

    /// Every division written exactly like `name`.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = (Form, NodeId)> {
        let from = self.names.partition_point(|(known, ..)| known.as_str() < name);
        let name = name.to_owned();
        self.names[from..]
            .iter()
            .take_while(move |(known, ..)| *known == name)
            .map(|(_, form, id)| (*form, *id))
    }

    /// Whether some name begins with `start`.
    pub(crate) fn any_starts_with(&self, start: &str) -> bool {
        let from = self.names.partition_point(|(known, ..)| known.as_str() < start);
        self.names.get(from).is_some_and(|(known, ..)| known.starts_with(start))
    }

    pub(crate) fn longest_name(&self) -> usize {
        self.longest_name
    }

    /// A municipality with no district known has the code of the municipality: `500000`, not `500100`.
    pub(crate) fn region(&self, id: NodeId) -> Region {
        let mut region = Region { code: self.code(id).to_owned(), ..Region::default() };
        let mut at = Some(id);
        while let Some(id) = at {
            let field = match self.level(id) {
                Level::Province => &mut region.province,
                Level::City => &mut region.city,
                Level::District => &mut region.district,
            };
            *field = self.name(id).to_owned();
            at = self.parent(id);
        }
        if is_municipality(&region.code) {
            region.city.clone_from(&region.province);
            if region.district.is_empty() {
                region.code.replace_range(2.., "0000");
            }
        }
        region
    }
}

/// 北京 天津 上海 重庆: the city is the province.
pub(crate) fn is_municipality(code: &str) -> bool {
    ["11", "12", "31", "50"].iter().any(|prefix| code.starts_with(prefix))
}

/// A former division's own code usually begins with its province's; 重庆 once stood under 四川.
fn province_code(code: &str, province: &str, table: &Table) -> String {
    let own = format!("{}0000", &code[..2]);
    match table.by_code.get(&own) {
        Some(&id) if table.name(id) == province => own,
        _ => String::new(),
    }
}
