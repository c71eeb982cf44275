//! The list of shipments: searching and narrowing.

use crate::support::{TestApp, order, recipient};

each_database!(
    fn a_common_name_and_a_flag_find_the_one_among_a_thousand(app: TestApp) {
        let shop = app.shop("Tea House");
        let mut orders: Vec<_> = (0..1_005)
            .map(|number| {
                let mut who = recipient("王伟");
                who["phone"] = format!("1390000{number:04}").into();
                who["detail"] = format!("文三路{}号", number + 1).into();
                order(&format!("S{number:05}")).to(who)
            })
            .collect();
        // Taken in last, so a list of the first thousand does not have it.
        orders[1_004] = orders[1_004].clone().with("flag", "red");
        app.push(&shop, &orders);
        let http = app.http();
        for query in
            ["q=%E7%8E%8B%E4%BC%9F&flag=red", "q=S010&flag=red", "q=%E7%8E%8B%E4%BC%9F&state=ready&flag=red"]
        {
            let page = http.get(&format!("/api/v1/shipments?{query}")).json();
            let found = page["items"].as_array().unwrap_or_else(|| panic!("{query}: {page}"));
            let numbers: Vec<_> = found.iter().map(|item| &item["orders"][0]["number"]).collect();
            assert_eq!(numbers, ["S01004"], "{query}");
        }
        let page = http.get("/api/v1/shipments?q=%E7%8E%8B%E4%BC%9F&limit=2").json();
        assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
        assert!(page["next_cursor"].is_string(), "the search goes on behind the first page");
        assert_eq!(
            http.get("/api/v1/shipments?q=%E7%8E%8B%E4%BC%9F&flag=blue").json()["items"]
                .as_array()
                .map(Vec::len),
            Some(0)
        );
    }
);
