//! The pages: server-rendered HTML with a little JavaScript on top.
//!
//! Pages are thin. They read a form into an operation's words and show what it answers; the rules
//! stand in `operations`, the same that the API calls. Everything can be read and the main job can
//! be done without scripts; with them nothing is loaded twice and no tick or focus is lost.
//! Every request that changes something passes [`session::require`], which holds log-in and CSRF.

mod assets;
mod form;
mod icons;
mod lang;
mod limit;
mod pages;
mod parts;
mod reply;
mod session;
mod shell;
mod texts;
mod upload;
mod view;

use std::sync::LazyLock;

use actix_web::Route;
use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, post, resource};

use limit::LoginLimit;

/// One count of wrong passwords for all server threads.
static LIMIT: LazyLock<Data<LoginLimit>> = LazyLock::new(|| Data::new(LoginLimit::default()));

/// Mounts the pages at the root.
pub fn routes(config: &mut ServiceConfig) {
    use pages::*;
    config
        .app_data(LIMIT.clone())
        .service(resource("/static/{version}/{name}").route(get().to(assets::show)))
        .service(resource("/login").route(get().to(login::show)).route(post().to(login::enter)))
        .service(resource("/setup/{link}").route(get().to(setup::show)).route(post().to(setup::begin)))
        .service(resource("/look").route(post().to(look::change)))
        .service(inside("/", [get().to(start::show)]))
        .service(inside("/live", [get().to(live::show)]))
        .service(inside("/live/jobs/{id}", [get().to(live::job)]))
        .service(inside("/live/print-jobs/{id}", [get().to(live::print_job)]))
        .service(inside("/live/ticks", [post().to(live::tick)]))
        .service(inside("/logout", [post().to(login::leave)]))
        .service(inside("/logout-everywhere", [post().to(login::leave_everywhere)]))
        .service(resource("/login/code").route(post().to(factor::enter)))
        .service(inside("/account", [get().to(login::account)]))
        .service(inside("/account/factor", [post().to(factor::begin)]))
        .service(inside("/account/factor/confirm", [post().to(factor::confirm)]))
        .service(inside("/account/factor/off", [post().to(factor::off)]))
        .service(inside("/account/password", [post().to(login::change_password)]))
        .configure(workbench::routes)
        .configure(deadlines::routes)
        .configure(audit_desk::routes)
        .configure(order_audits::routes)
        .configure(shipment::routes)
        .configure(orders::routes)
        .configure(batch::routes)
        .configure(answers::routes)
        .configure(number_runs::routes)
        .configure(print_jobs::routes)
        .configure(scan::routes)
        .configure(pack::routes)
        .configure(evening::routes)
        .configure(hand_overs::routes)
        .configure(suggestions::routes)
        .configure(write_backs::routes)
        .configure(memos::routes)
        .configure(imports::routes)
        .configure(jobs::routes)
        .configure(shops::routes)
        .configure(rules::routes)
        .configure(skus::routes)
        .configure(carriers::routes)
        .configure(warehouses::routes)
        .configure(stations::routes)
        .configure(templates::routes)
        .configure(staff::routes)
        .configure(settings::routes)
        .configure(why::routes)
        .configure(audit::routes);
}

/// An address for people who are logged in.
fn inside<const N: usize>(path: &str, routes: [Route; N]) -> impl HttpServiceFactory + 'static + use<N> {
    let resource = routes.into_iter().fold(resource(path), |resource, route| resource.route(route));
    resource.wrap(from_fn(session::require))
}
