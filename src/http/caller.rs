//! Who asks, and what a handler does in their name.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use serde::Serialize;
use std::future::{Ready, ready};

use super::blocking::blocking;
use super::idempotency::{self, Answer, Intent};
use super::problem::{Failure, Reply};
use crate::app::App;
use crate::db::{Db, Tx};
use crate::domain::actor::{Actor, Right};
use crate::domain::error::Error;
use crate::domain::time::UtcTime;

/// The authenticated caller of a request under `/api/v1`.
pub struct Caller {
    pub actor: Actor,
    pub app: web::Data<App>,
    intent: Option<Intent>,
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let actor = extensions.get::<Actor>().cloned();
        let app = request.app_data::<web::Data<App>>().cloned();
        ready(match (actor, app) {
            (Some(actor), Some(app)) => Ok(Self { actor, app, intent: extensions.get::<Intent>().cloned() }),
            _ => Err(Error::Unauthorised.into()),
        })
    }
}

impl Caller {
    /// Checks that the caller's role has a right.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn needs(&self, right: Right) -> Result<(), Error> {
        match self.actor.role.may(right) {
            true => Ok(()),
            false => Err(Error::Forbidden { role: self.actor.role.to_string() }),
        }
    }

    /// The moment of this request.
    pub fn now(&self) -> UtcTime {
        self.app.now()
    }

    /// Reads in the caller's name and answers 200 with what was read.
    pub async fn read<V: Serialize>(
        self,
        work: impl FnOnce(&mut Db) -> Result<V, Error> + Send + 'static,
    ) -> Reply {
        let answer = blocking(move || {
            let view = self.app.read(self.actor.seller, work)?;
            Answer::json(StatusCode::OK, &view)
        });
        Ok(answer.await?.respond())
    }

    /// Reads in the caller's name what is not answered as JSON.
    pub async fn load<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Db) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        blocking(move || self.app.read(self.actor.seller, work)).await
    }

    /// Does work of several transactions that is not answered as JSON.
    pub async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&App, &Actor) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        blocking(move || work(&self.app, &self.actor)).await
    }

    /// Writes as one transaction and answers `status` with the view.
    ///
    /// With an `Idempotency-Key`, the answer is kept in the same transaction. `work` may run again
    /// after a lost race, so it must touch nothing but the transaction.
    pub async fn write<V: Serialize>(
        self,
        status: StatusCode,
        work: impl FnMut(&mut Tx) -> Result<V, Error> + Send + 'static,
    ) -> Reply {
        let answer = blocking(move || self.write_now(status, work));
        Ok(answer.await?.respond())
    }

    /// As [`Caller::write`], on a thread that may wait, and before anything is responded.
    ///
    /// # Errors
    /// What the work answers, and what stands against its `Idempotency-Key`.
    pub fn write_now<V: Serialize>(
        &self,
        status: StatusCode,
        mut work: impl FnMut(&mut Tx) -> Result<V, Error>,
    ) -> Result<Answer, Error> {
        idempotency::once(&self.app, &self.actor, self.intent.as_ref(), |tx| Answer::json(status, &work(tx)?))
    }

    /// Answers 200 with what a POST works out without changing anything.
    ///
    /// With an `Idempotency-Key`, the answer is kept in the transaction that takes the key: a process
    /// that dies leaves no key behind for which the next try would have to wait.
    pub async fn work_out<V: Serialize>(
        self,
        mut work: impl FnMut(&mut Db) -> Result<V, Error> + Send + 'static,
    ) -> Reply {
        if self.intent.is_none() {
            return self.read(work).await;
        }
        self.write(StatusCode::OK, move |tx| work(tx)).await
    }

    /// Does work of several transactions that is safe to repeat, and answers `status`.
    pub async fn steps<V: Serialize>(
        self,
        status: StatusCode,
        work: impl FnOnce(&App, &Actor) -> Result<V, Error> + Send + 'static,
    ) -> Reply {
        let answer = blocking(move || {
            idempotency::stepwise(&self.app, &self.actor, self.intent.as_ref(), || {
                Answer::json(status, &work(&self.app, &self.actor)?)
            })
        });
        Ok(answer.await?.respond())
    }
}

/// 200 with a view that needed nothing from the database.
pub fn ok(view: &impl Serialize) -> Reply {
    Ok(HttpResponse::Ok().json(view))
}
