//! The whole data set, carried from one database to the other and back.

use huidan::db::copy::{TABLES, copy};
use huidan::db::sellers;
use huidan::operations::shops;

use crate::support::database::Database;
use crate::support::{TestApp, order, recipient};

each_database!(
    fn a_copy_arrives_whole_and_returns_unchanged(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(
            &shop,
            &[
                order("1001").with("seller_memo", "送小样"),
                order("1002"),
                order("1003").to(recipient("王芳")),
            ],
        );
        // The other kind of database, and then the first kind again.
        let other = if app.database_address().starts_with("sqlite") {
            Database::postgres()
        } else {
            Database::sqlite()
        };
        let back = if app.database_address().starts_with("sqlite") {
            Database::sqlite()
        } else {
            Database::postgres()
        };
        let (other_pool, back_pool) = (other.open(), back.open());

        let there = copy(app.app().pool(), &other_pool, &mut |_, _| {}).expect("an empty database");
        assert_eq!(there.iter().map(|(table, _)| *table).collect::<Vec<_>>(), TABLES);
        assert!(there.contains(&("orders", 3)) && there.contains(&("sellers", 1)), "{there:?}");
        let again = copy(app.app().pool(), &other_pool, &mut |_, _| {}).expect_err("it holds data now");
        assert!(again.to_string().contains("holds data already"), "{again}");
        let returned = copy(&other_pool, &back_pool, &mut |_, _| {}).expect("an empty database");
        assert_eq!(there, returned);

        let moved = app.on_pool(back_pool);
        assert_eq!(moved.read(sellers::all).len(), 1);
        let known: Vec<_> = moved.push(&shop, &[order("1002")]).iter().map(|taken| taken.outcome).collect();
        assert_eq!(known, [huidan::operations::intake::Outcome::Unchanged], "the hashes still fit");
        let new = shops::NewShop {
            platform: huidan::domain::platform::Platform::Push,
            name: "Tea Room".to_owned(),
            settings: huidan::domain::shop::ShopSettings::default(),
            credentials: serde_json::Map::new(),
        };
        let made = moved.write(|tx| shops::create(tx, &new)).expect("ids go on behind the copied ones");
        assert!(made.id.0 > shop.id.0);
    }
);
