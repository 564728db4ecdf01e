//! What every page has in common on the way in and out.
//!
//! - A form is taken only from our own pages: its `Origin` must be this host (beside `SameSite=Strict`).
//! - A problem becomes a page that says what to do; nobody signed in becomes the way to `/login`, and back.
//! - No page runs a script or a style that isn't ours.

use super::{login, page, page::Frame};
use crate::http::problem::Problem;
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    middleware::Next,
};
use askama::Template;

/// Nothing from elsewhere, nothing inside a page that is not in a file of ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Goes around every page.
pub async fn border(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = if comes_from_us(request.request()) {
        next.call(request).await?.map_into_boxed_body()
    } else {
        let answer = tell(request.request(), &foreign());
        request.into_response(answer)
    };
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>()).cloned();
    if let Some(problem) = problem {
        let request = response.request().clone();
        let answer = tell(&request, &problem);
        response = ServiceResponse::new(request, answer);
    }
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Reading may come from anywhere; what writes says from which page it comes, and it must be one of ours.
fn comes_from_us(request: &HttpRequest) -> bool {
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return true;
    }
    let text = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_some() && origin == text(header::HOST)
}

fn foreign() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "foreign_form",
        "Ce formulaire ne vient pas d’une page de Quittance. Rien n’a été enregistré ; ouvrez la page à partir de \
         l’accueil et recommencez.",
    )
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    title: &'static str,
    problem: &'a Problem,
}

/// A problem as a page, or the way to sign in.
fn tell(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    if problem.code == "unauthenticated" {
        return page::to(&login::with_return(request), None);
    }
    let frame = request.extensions().get::<Frame>().cloned();
    let frame = frame.unwrap_or_else(|| Frame::of_nobody(request));
    let page = ProblemPage { frame, title: title(problem.status), problem };
    let mut answer = page::answer(&page, problem.status).unwrap_or_else(|_| {
        // Not even this page: the sentence alone.
        HttpResponse::build(problem.status)
            .content_type("text/plain; charset=utf-8")
            .body(problem.detail.clone())
    });
    if let Some(seconds) = problem.retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        403 => "Accès réservé",
        404 => "Introuvable",
        429 => "Trop de demandes",
        503 => "Momentanément indisponible",
        500..=599 => "Le serveur a rencontré une difficulté",
        _ => "Demande refusée",
    }
}
