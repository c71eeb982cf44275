//! Templates: copied, changed, versioned, chosen for print jobs.

use huidan::domain::error::Error;
use huidan::domain::id::{PrintJobId, ShipmentId, TemplateId};
use huidan::domain::print::Paper;
use huidan::jobs::printing;
use huidan::operations::print_jobs::{self, NewPrintJob};
use huidan::operations::templates::{self, NewTemplate, TemplateChange, TemplateView, TrialValues};
use huidan::papers::Output;
use huidan::papers::template::{BoxKind, TemplateBox};
use huidan::papers::values::PaperSize;

use serde_json::json;

use crate::number_runs::{code, ready, run};
use crate::support::TestApp;

fn wish(name: &str, paper: Paper, size: PaperSize) -> NewTemplate {
    NewTemplate { name: name.to_owned(), paper, size, from: None }
}

fn create(app: &TestApp, name: &str) -> TemplateView {
    let wish = wish(name, Paper::Waybill, PaperSize::Label100x150);
    app.write(|tx| templates::create(tx, &wish)).expect("a free name")
}

/// The template with one more text, as a change of the version it has.
fn with_text(view: &TemplateView, text: &str) -> TemplateChange {
    let mut template = view.template.clone().expect("its boxes");
    template
        .boxes
        .push(TemplateBox { text: text.to_owned(), ..TemplateBox::new(BoxKind::Text, 3.0, 92.0, 60.0, 5.0) });
    TemplateChange { version: view.version, name: view.name.clone(), template }
}

fn save(app: &TestApp, id: TemplateId, change: &TemplateChange) -> Result<TemplateView, Error> {
    app.write(|tx| templates::save(tx, id, change))
}

fn job(template: &str, paper: Paper, size: Option<PaperSize>, shipments: &[ShipmentId]) -> NewPrintJob {
    NewPrintJob {
        paper,
        template: template.to_owned(),
        size,
        number_run: None,
        shipments: shipments.to_vec(),
        station: String::new(),
        reprint: true,
    }
}

fn print(app: &TestApp, wish: &NewPrintJob) -> PrintJobId {
    app.write(|tx| print_jobs::create(tx, wish)).expect("a job").id.expect("sheets")
}

/// The last box a job's sheets are drawn with; empty for the paper as the program has it.
fn last_text(app: &TestApp, job: PrintJobId) -> String {
    let document = app.write(|tx| print_jobs::document(tx, job)).expect("sheets wait");
    let last = document.template.as_ref().and_then(|template| template.boxes.last());
    last.map(|one| one.text.clone()).unwrap_or_default()
}

fn refused(result: Result<TemplateView, Error>) -> Vec<String> {
    match result {
        Err(Error::Invalid(fields)) => {
            fields.iter().map(|field| format!("{} {}", field.field, field.code)).collect()
        }
        other => panic!("{other:?}"),
    }
}

each_database!(
    fn a_template_is_copied_changed_and_kept_in_versions(app: TestApp) {
        let first = create(&app, "红色面单");
        assert_eq!((first.version, first.default), (1, false));
        let taken = wish(" 红色面单 ", Paper::Waybill, PaperSize::Label76x130);
        assert_eq!(code(app.write(|tx| templates::create(tx, &taken))), "template_name_taken");
        let change = with_text(&first, "谢谢惠顾");
        let second = save(&app, first.id, &change).expect("nothing refuses it");
        assert_eq!(second.version, 2);
        assert_eq!(save(&app, first.id, &change).expect("twice is once").version, 2);
        assert_eq!(code(save(&app, first.id, &with_text(&first, "late"))), "template_changed");

        let third = save(&app, first.id, &with_text(&second, "再来")).expect("nothing refuses it");
        let versions = app.read(|db| templates::versions(db, first.id));
        let counts: Vec<_> = versions.iter().map(|one| (one.version, one.boxes)).collect();
        let boxes = first.template.as_ref().map_or(0, |one| one.boxes.len());
        assert_eq!(counts, [(3, boxes + 2), (2, boxes + 1), (1, boxes)]);
        let old = app.read(|db| templates::show(db, first.id, Some(1)));
        assert_eq!(old.template, first.template, "old versions can be looked at");
        let back = app.write(|tx| templates::take_back(tx, first.id, 1)).expect("a version");
        assert_eq!((back.version, &back.template), (4, &first.template));
        assert_eq!(third.version, 3);

        let copy =
            NewTemplate { from: Some(first.id), ..wish("copy", Paper::Waybill, PaperSize::Label100x150) };
        let copy = app.write(|tx| templates::create(tx, &copy)).expect("a free name");
        assert_eq!(copy.template, first.template);
        app.write(|tx| templates::retire(tx, copy.id)).expect("a template");
        assert_eq!(app.read(templates::list).len(), 1);
        assert_eq!(code(save(&app, copy.id, &with_text(&copy, "x"))), "template_retired");
        let other = app.other_seller();
        assert!(other.read(templates::list).is_empty());
        assert_eq!(code(other.write(|tx| templates::retire(tx, first.id))), "no template");
    }
);

each_database!(
    fn mistakes_refuse_a_template_and_name_the_box(app: TestApp) {
        let view = create(&app, "mine");
        let mut change = with_text(&view, "{nobody}");
        let last = change.template.boxes.len() - 1;
        change.template.boxes[0].x_mm = 500.0;
        assert_eq!(
            refused(save(&app, view.id, &change)),
            ["template.boxes[0] off_paper".to_owned(), format!("template.boxes[{last}] unknown_field")]
        );
        let mut change = with_text(&view, "x");
        change.template.boxes.retain(|one| one.text != "{reprint}");
        assert_eq!(refused(save(&app, view.id, &change)), ["template missing_field"], "no silent copies");
        let mut change = with_text(&view, "x");
        change.template.size = PaperSize::Label76x130;
        assert_eq!(refused(save(&app, view.id, &change)), ["template.size size_unsuitable"]);
        assert_eq!(app.read(|db| templates::versions(db, view.id)).len(), 1, "nothing was saved");
        let list = wish("list", Paper::PickList, PaperSize::Label76x130);
        assert_eq!(refused(app.write(|tx| templates::create(tx, &list))), ["size size_unsuitable"]);
    }
);

each_database!(
    fn a_job_prints_with_the_version_it_was_made_with(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let first = create(&app, "mine");
        let second = save(&app, first.id, &with_text(&first, "ONE")).expect("nothing refuses it");
        let made = print(&app, &job("mine", Paper::Waybill, None, &ids));
        let third = save(&app, first.id, &with_text(&second, "TWO")).expect("nothing refuses it");
        assert_eq!(last_text(&app, made), "ONE");
        let view = app.read(|db| print_jobs::show(db, made));
        assert_eq!(
            (view.template.as_str(), view.template_version, view.size.as_str()),
            ("mine", Some(2), "100x150")
        );
        let next = print(&app, &job("mine", Paper::Waybill, None, &ids));
        app.write(|tx| templates::retire(tx, third.id)).expect("a template");
        assert_eq!(last_text(&app, next), "TWO", "jobs of a retired template print on");
        let refused = app.write(|tx| print_jobs::create(tx, &job("mine", Paper::Waybill, None, &ids)));
        let said = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains("template"), "{said}");
    }
);

each_database!(
    fn the_default_of_a_paper_and_size_is_taken_where_none_is_named(app: TestApp) {
        let ids = ready(&app, 1);
        run(&app, &ids);
        let (one, two) = (create(&app, "one"), create(&app, "two"));
        let (one, two) = (
            save(&app, one.id, &with_text(&one, "ONE")).expect("fine"),
            save(&app, two.id, &with_text(&two, "TWO")).expect("fine"),
        );
        let labels = |template: &str, size| print(&app, &job(template, Paper::Waybill, size, &ids));
        assert_eq!(last_text(&app, labels("", None)), "");
        for view in [&one, &two, &two] {
            app.write(|tx| templates::set_default(tx, view.id, true)).expect("a template");
        }
        let defaults: Vec<_> =
            app.read(templates::list).into_iter().map(|one| (one.name, one.default)).collect();
        assert_eq!(defaults, [("one".to_owned(), false), ("two".to_owned(), true)]);
        assert_eq!(last_text(&app, labels("", None)), "TWO");
        assert_eq!(last_text(&app, labels("one", None)), "ONE");
        assert_eq!(last_text(&app, labels("built-in", None)), "");
        assert_eq!(
            last_text(&app, labels("", Some(PaperSize::Label76x130))),
            "",
            "of another size there is none"
        );
        let wrong = [
            job("three", Paper::Waybill, None, &ids),
            job("one", Paper::DeliveryNote, None, &ids),
            job("one", Paper::Waybill, Some(PaperSize::Label76x130), &ids),
        ];
        let codes = wrong.map(|wish| match app.write(|tx| print_jobs::create(tx, &wish)) {
            Err(Error::Invalid(fields)) => format!("{} {}", fields[0].field, fields[0].code),
            other => panic!("{other:?}"),
        });
        assert_eq!(codes, ["template unknown_template", "template other_paper", "size size_unsuitable"]);
    }
);

each_database!(
    fn packing_lists_and_return_labels_are_drawn(app: TestApp) {
        let ids = ready(&app, 2);
        for (paper, size) in [(Paper::PackingList, "a5"), (Paper::ReturnLabel, "100x150")] {
            let wish = job("", paper, None, &ids);
            if paper == Paper::ReturnLabel {
                let made = print(&app, &wish);
                let lost = printing::print(app.app(), app.owner(), made, Output::Pdf);
                assert_eq!(code(lost.map(drop)), "nothing_to_print", "nobody said where returns go");
                let sender =
                    json!({ "sender": { "name": "云雾茶舍", "address": "浙江省杭州市西湖区龙井路 88 号" } });
                let reply = app.http().patch("/api/v1/settings", sender);
                assert_eq!(reply.status, 200, "{reply:?}");
            }
            let made = print(&app, &wish);
            let view = app.read(|db| print_jobs::show(db, made));
            assert_eq!((view.size.as_str(), view.sheets.len()), (size, 2));
            let printed = printing::print(app.app(), app.owner(), made, Output::Pdf).expect("it is drawn");
            assert_eq!((printed.positions.as_slice(), printed.left_out), (&[1, 2][..], 0));
            assert!(printed.file.starts_with(b"%PDF"));
        }
    }
);

each_database!(
    fn a_trial_shows_the_newest_order_and_not_its_buyer(app: TestApp) {
        let sheet_of = |app: &TestApp| match app.read(|db| templates::trial_values(db, Paper::Waybill)) {
            TrialValues::Sheet(sheet) => sheet,
            _ => panic!("a waybill is a sheet"),
        };
        let sample = sheet_of(&app);
        assert_eq!(sample.recipient.name.chars().count(), 2, "an invented sheet where there is no order");
        ready(&app, 2);
        let sheet = sheet_of(&app);
        assert!(sheet.recipient.name.starts_with('陈') && sheet.recipient.name.contains(['某', '0']));
        assert!(sheet.recipient.phone.ends_with("00000000"), "{}", sheet.recipient.phone);
        let view = create(&app, "mine");
        let template = view.template.expect("its boxes");
        let trial = templates::trial(&template, &TrialValues::Sheet(sheet));
        assert!(trial.pages[0].starts_with("<svg"), "{:?}", trial.findings);
        assert!(!trial.findings.iter().any(|finding| finding.refuses), "{:?}", trial.findings);
    }
);

each_database!(
    fn a_pick_list_prints_with_the_columns_its_seller_chose(app: TestApp) {
        let ids = ready(&app, 3);
        let wish = wish("bins first", Paper::PickList, PaperSize::A5);
        let view = app.write(|tx| templates::create(tx, &wish)).expect("a free name");
        let mut template = view.template.clone().expect("its boxes");
        let flow = template.boxes.iter_mut().find(|one| one.kind == BoxKind::Flow).expect("its rows flow");
        flow.text = "picks: sku:50 quantity price".to_owned();
        let change = |template: &huidan::papers::template::Template| TemplateChange {
            version: view.version,
            name: "bins first".to_owned(),
            template: template.clone(),
        };
        let refused = refused(save(&app, view.id, &change(&template)));
        assert!(refused.iter().any(|one| one.contains("unknown_part")), "{refused:?}");
        let flow = template.boxes.iter_mut().find(|one| one.kind == BoxKind::Flow).expect("its rows flow");
        flow.text = "picks: sku:50 quantity by -quantity".to_owned();
        save(&app, view.id, &change(&template)).expect("nothing is wrong with it");

        // A list that is tried shows the newest parcels; its fields are those of a list.
        let trial = app.http().post("/api/v1/templates/trial", json!(template)).expect(200);
        assert!(trial["pages"][0].as_str().is_some_and(|page| page.starts_with("<svg")), "{trial}");
        let fields = app.http().get("/api/v1/templates/fields?paper=pick_list").expect(200).to_string();
        assert!(fields.contains("positions") && !fields.contains("recipient.name"), "{fields}");

        let made = print(&app, &job("bins first", Paper::PickList, None, &ids));
        assert_eq!(app.read(|db| print_jobs::show(db, made)).size, "a5");
        let printed = printing::print(app.app(), app.owner(), made, Output::Pdf).expect("it is drawn");
        assert!(printed.file.starts_with(b"%PDF") && printed.left_out == 0);
        // Two versions of the same list differ on paper.
        let plain = print(&app, &job("built-in", Paper::PickList, None, &ids));
        let plain = printing::print(app.app(), app.owner(), plain, Output::Pdf).expect("it is drawn");
        assert_ne!(printed.file, plain.file);
    }
);
