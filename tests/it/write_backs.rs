//! Write-backs: settled once, sent again when they failed, told by file.

use huidan::domain::error::Error;
use huidan::domain::id::WriteBackId;
use huidan::domain::time::UtcTime;
use huidan::domain::write_back::{Outcome, UploadForm, WriteBackState};
use huidan::operations::write_backs::{self, Filter, Settlement, WriteBack};

use crate::number_runs::{code, ready, run};
use crate::ship::{all_write_backs, ship};
use crate::support::TestApp;

fn waiting(app: &TestApp, count: usize) -> Vec<WriteBack> {
    let ids = ready(app, count);
    run(app, &ids);
    ship(app, &ids);
    all_write_backs(app)
}

fn said(result: Outcome, reply: &str) -> Settlement {
    Settlement { result, reply: reply.to_owned() }
}

fn settle(app: &TestApp, id: WriteBackId, result: Outcome) -> Result<WriteBack, Error> {
    app.write(|tx| write_backs::settle(tx, id, &said(result, "ok")))
}

each_database!(
    fn what_the_shop_answered_is_kept_and_stays(app: TestApp) {
        let all = waiting(&app, 2);
        let done = settle(&app, all[0].id, Outcome::Done).expect("the shop took it");
        assert_eq!((done.state, done.reply.as_str(), done.tries), (WriteBackState::Done, "ok", 1));
        assert_eq!(done.settled_by.as_deref(), Some("user:owner"));
        let again = settle(&app, all[0].id, Outcome::Done).expect("twice is once");
        assert_eq!(again.tries, 1);
        assert_eq!(code(settle(&app, all[0].id, Outcome::Refused)), "write_back_settled");
        assert_eq!(code(app.write(|tx| write_backs::retry(tx, all[0].id))), "write_back_settled");
        assert_eq!(code(settle(&app, WriteBackId(1), Outcome::Done)), "no write-back");
    }
);

each_database!(
    fn what_failed_is_sent_again_or_mended_by_hand(app: TestApp) {
        let all = waiting(&app, 2);
        settle(&app, all[0].id, Outcome::Refused).expect("the shop said no");
        let again = app.write(|tx| write_backs::retry(tx, all[0].id)).expect("it waits again");
        assert_eq!((again.state, again.settled_by), (WriteBackState::Waiting, None));
        settle(&app, all[1].id, Outcome::Unknown).expect("no answer came");
        let mended = settle(&app, all[1].id, Outcome::DoneByHand).expect("someone looked it up");
        assert_eq!(mended.state, WriteBackState::DoneByHand);
    }
);

each_database!(
    fn pages_of_write_backs_follow_each_other(app: TestApp) {
        let all = waiting(&app, 5);
        let filter = Filter { state: Some(WriteBackState::Waiting), ..Filter::default() };
        let first = app.read(|db| write_backs::list(db, filter, None, 3));
        settle(&app, first[0].id, Outcome::Done).expect("settled between two pages");
        let second = app.read(|db| write_backs::list(db, filter, Some(first[2].id), 3));
        let ids: Vec<_> = first.iter().chain(&second).map(|w| w.id).collect();
        assert_eq!(ids, all.iter().map(|w| w.id).collect::<Vec<_>>());
    }
);

each_database!(
    fn an_upload_file_lists_what_waits_and_is_settled_afterwards(app: TestApp) {
        let all = waiting(&app, 3);
        settle(&app, all[2].id, Outcome::DoneByHand).expect("entered by hand");
        let shop = all[0].shop;
        let upload =
            || app.read(|db| write_backs::upload_file(db, shop, UploadForm::Generic, UtcTime::never()));
        let file = upload();
        let text = String::from_utf8(file.bytes).expect("UTF-8").replace('\t', "");
        let rows: Vec<_> = text.lines().skip(1).filter_map(|row| row.rsplit_once(',')).collect();
        let words: Vec<_> = rows.iter().map(|(words, _)| *words).collect();
        assert_eq!(words, ["1000,中通快递,100000000001", "1001,中通快递,100000000002"]);
        assert_eq!(file.write_backs, [all[0].id, all[1].id]);
        assert_eq!(upload().write_backs.len(), 2, "a download settles nothing");

        let ids: Vec<_> = all.iter().map(|w| w.id).chain([WriteBackId(1)]).collect();
        let settled = app
            .write(|tx| write_backs::settle_many(tx, &ids, &said(Outcome::Done, "file taken")))
            .expect("items are answered one by one");
        assert_eq!(settled.done, [all[0].id, all[1].id]);
        let left: Vec<_> = settled.left_out.iter().map(|left| left.reasons[0].code).collect();
        assert_eq!(left, ["not_found", "write_back_settled"]);
        assert_eq!(upload().write_backs, []);
    }
);

each_database!(
    fn another_seller_sees_no_write_back(app: TestApp) {
        let all = waiting(&app, 1);
        let other = app.other_seller();
        assert!(all_write_backs(&other).is_empty());
        assert_eq!(code(settle(&other, all[0].id, Outcome::Done)), "no write-back");
    }
);
