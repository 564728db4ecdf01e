//! A page in its frame: what every template knows, and how an answer is made of it.

use super::{assets, display, form::Form};
use crate::{
    clock::Clock,
    http::{problem::Problem, server::State},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web::Data};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use domain::user::Role;
use std::borrow::Borrow;

/// The pages in the head of every page: address, name, shortcut, and for whom. The first one of a role is its home.
const PAGES: &[(&str, &str, &str, &[Role])] = &[
    ("/desk", "Caisse", "F2", &[Role::Cashier]),
    ("/desk/session", "Ma caisse", "F4", &[Role::Cashier]),
    ("/performing", "Examens", "F2", &[Role::Technician]),
    ("/dashboard", "Tableau de bord", "F2", &[Role::Admin, Role::Accountant, Role::Auditor]),
    ("/work-items", "À traiter", "F4", &[Role::Admin, Role::Accountant, Role::Auditor]),
    ("/users", "Personnel", "F6", &[Role::Admin]),
];

/// What stands around a page.
#[derive(Clone)]
pub struct Frame {
    /// The hospital's name.
    pub house: String,
    /// Who is signed in.
    pub visitor: Option<Named>,
    /// Up to where in the ledger the page is complete.
    pub position: u64,
    /// The address of this page, without its question.
    pub here: String,
    /// Large print.
    pub large: bool,
    /// What went wrong with the form on this page.
    pub alert: Option<String>,
    clock: Option<Clock>,
}

/// A signed-in user by name.
#[derive(Clone)]
pub struct Named {
    /// `NOM Prénom`.
    pub name: String,
    /// What he may do.
    pub role: Role,
}

/// A page in the head of the others.
pub struct Tab {
    /// Its address.
    pub path: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Its key.
    pub key: &'static str,
    /// Whether this page belongs to it.
    pub is_here: bool,
}

impl Frame {
    /// The frame of a page that nobody needs to sign in for.
    pub fn of_nobody(request: &HttpRequest) -> Self {
        let app = request.app_data::<Data<State>>().map(|state| &state.app);
        Self {
            house: app.map(|app| app.house.name.clone()).unwrap_or_default(),
            visitor: None,
            position: app.map_or(0, |app| app.views.position()),
            here: request.path().to_owned(),
            large: display::is_large(request),
            alert: None,
            clock: app.map(|app| app.clock),
        }
    }

    /// The same with what was wrong with a form.
    #[must_use]
    pub fn with(&self, form: &Form) -> Self {
        Self { alert: form.refusal().map(|problem| problem.detail.clone()), ..self.clone() }
    }

    /// The address of a style or a module.
    pub fn asset(&self, name: &str) -> String {
        format!("/static/{}/{name}", *assets::VERSION)
    }

    /// The pages that this role has.
    pub fn tabs(&self) -> Vec<Tab> {
        let role = self.visitor.as_ref().map(|visitor| visitor.role);
        let own = PAGES.iter().filter(|(.., roles)| role.is_some_and(|role| roles.contains(&role)));
        let leads_here = |path: &str| {
            self.here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // The nearest one: `/desk/session` lies below `/desk`, and is a page of its own.
        let here =
            own.clone().map(|(path, ..)| *path).filter(|path| leads_here(path)).max_by_key(|path| path.len());
        let tab = |(path, label, key, _): &(&'static str, &'static str, &'static str, &[Role])| Tab {
            path,
            label,
            key,
            is_here: here == Some(*path),
        };
        own.map(tab).collect()
    }

    /// What this visitor's work is called.
    pub fn role(&self) -> &'static str {
        match self.visitor.as_ref().map(|visitor| visitor.role) {
            Some(Role::Admin) => "Administration",
            Some(Role::Cashier) => "Caisse",
            Some(Role::Technician) => "Laboratoire",
            Some(Role::Accountant) => "Comptabilité",
            Some(Role::Auditor) => "Contrôle",
            None => "",
        }
    }

    /// `27/11/2026 16:05`, as the clocks of the hospital show it.
    pub fn time(&self, at: impl Borrow<DateTime<Utc>>) -> String {
        let at = *at.borrow();
        let local = self.clock.map_or_else(|| at.fixed_offset(), |clock| clock.local(at));
        local.format("%d/%m/%Y %H:%M").to_string()
    }

    /// `27/11/2026`.
    pub fn day(&self, day: impl Borrow<NaiveDate>) -> String {
        day.borrow().format("%d/%m/%Y").to_string()
    }
}

/// Where a role begins its day.
pub fn home(role: Role) -> Option<&'static str> {
    PAGES.iter().find(|(.., roles)| roles.contains(&role)).map(|(path, ..)| *path)
}

/// A page.
pub fn show(page: &impl Template) -> Result<HttpResponse, Problem> {
    answer(page, StatusCode::OK)
}

/// A page with a status, such as that of the refusal that it tells.
pub fn answer(page: &impl Template, status: StatusCode) -> Result<HttpResponse, Problem> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        let detail =
            "Cette page ne peut pas être affichée. Ce qui est enregistré le reste ; prévenez l’informatique.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "page_failed", detail)
    })?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// On to another page of ours. After a command `position` makes sure that it shows what was just done.
pub fn to(path: &str, position: Option<u64>) -> HttpResponse {
    let path = match position {
        Some(position) => format!("{path}{}at={position}", if path.contains('?') { '&' } else { '?' }),
        None => path.to_owned(),
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}
