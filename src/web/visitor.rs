//! Who asks for a page: the cookie's user, with the frame that his pages stand in.

use super::{
    form::Form,
    page::{Frame, Named},
};
use crate::{
    commands::users,
    execute::Asked,
    http::{
        identity::{Identity, by_cookie},
        position,
        problem::Problem,
        server::State,
    },
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use domain::user::Role;
use std::{future::Future, pin::Pin};

/// A signed-in user before a page.
pub struct Visitor {
    /// Who, and what he may do.
    pub who: Identity,
    /// What stands around his page.
    pub frame: Frame,
}

impl Visitor {
    /// Refuses every role that isn't listed.
    pub fn must_be(&self, roles: &[Role]) -> Result<(), Problem> {
        self.who.must_be(roles)
    }

    /// The command of a form, known by its key.
    pub fn asked(&self, form: &Form) -> Result<Asked, Problem> {
        if form.key().is_empty() || form.key().len() > 200 {
            return Err(Problem::invalid(
                "/key",
                "Ce formulaire a perdu son numéro d’opération. Rien n’a été enregistré ; vérifiez-le et renvoyez-le.",
            ));
        }
        Ok(self.who.asked_by_form(form.key(), &form.canonical()))
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let who = by_cookie(&request).await?;
            let state = request.app_data::<Data<State>>().ok_or_else(Problem::unauthenticated)?;
            let user = users::active(&state.app, who.user).await?.ok_or_else(Problem::unauthenticated)?;
            let named = Named { name: format!("{} {}", user.last_name, user.first_name), role: who.role };
            let mut frame = Frame::of_nobody(&request);
            frame.visitor = Some(named);
            // A problem from here on is shown in his own frame.
            request.extensions_mut().insert(frame.clone());
            frame.position = position::at_least(state, wanted(&request)).await?;
            request.extensions_mut().insert(frame.clone());
            Ok(Self { who, frame })
        })
    }
}

/// The position that a redirect after a command has put into the address.
fn wanted(request: &HttpRequest) -> Option<u64> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string()).ok()?;
    pairs.into_iter().find(|(name, _)| name == "at").and_then(|(_, at)| at.parse().ok())
}
