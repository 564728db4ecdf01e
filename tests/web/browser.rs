//! A browser without script: it keeps cookies, names its origin, follows redirects, and reads what is in a page.

use crate::server::Server;
use reqwest::{Client, Method, header, redirect::Policy};
use std::{collections::BTreeMap, sync::Mutex};

/// Somebody before the screens.
pub struct Browser {
    http: Client,
    pub url: String,
    pub cookies: Mutex<BTreeMap<String, String>>,
}

/// What a request came to, before any redirect was followed.
pub struct Page {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub html: String,
    /// The address that it came from, or that it sends to.
    pub path: String,
}

impl Browser {
    /// One that has been nowhere yet.
    pub fn new(server: &Server) -> Self {
        let http = Client::builder().no_proxy().redirect(Policy::none());
        let http = http.pool_idle_timeout(std::time::Duration::from_secs(2)).build().unwrap();
        Self { http, url: server.url.clone(), cookies: Mutex::default() }
    }

    /// One that has signed in.
    pub async fn signed_in(server: &Server, username: &str) -> Self {
        let browser = Self::new(server);
        let password = server.password(username);
        let page = browser.send("/login", &[("username", username), ("password", &password)]).await;
        assert_eq!(page.status, 303, "{}", page.html);
        browser
    }

    /// A request as a browser makes it.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let cookies = self.cookies.lock().unwrap();
        let cookies: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.url));
        if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) }
    }

    /// Sends it, and keeps the cookies.
    pub async fn answer(&self, path: &str, request: reqwest::RequestBuilder) -> Page {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut kept = self.cookies.lock().unwrap();
            if rest.contains("Max-Age=0") {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        let to = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let path = to.unwrap_or_else(|| path.to_owned());
        Page { status, headers, html: response.text().await.unwrap(), path }
    }

    /// A page, wherever redirects lead.
    pub async fn open(&self, path: &str) -> Page {
        self.follow(self.look(path).await).await
    }

    /// The first answer.
    pub async fn look(&self, path: &str) -> Page {
        self.answer(path, self.request(Method::GET, path)).await
    }

    /// A form, as it is sent.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.request(Method::POST, path).header(header::ORIGIN, &self.url);
        self.answer(path, typed(request, fields)).await
    }

    /// A form with the key that its page gave it; what came in the end.
    pub async fn submit(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let key = page.key(action);
        let fields: Vec<_> = [("key", key.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.follow(self.send(action, &fields).await).await
    }

    /// Goes where an answer sends.
    pub async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            if page.status != 303 {
                return page;
            }
            page = self.look(&page.path.clone()).await;
        }
        panic!("redirects without an end at {}", page.path);
    }
}

/// A form's body.
pub fn typed(request: reqwest::RequestBuilder, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let body = serde_urlencoded::to_string(fields).unwrap();
    request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

impl Page {
    /// The key in the form that is sent to `action`.
    #[track_caller]
    pub fn key(&self, action: &str) -> String {
        let form = self.html.split("<form ").find(|form| form.contains(&format!("action=\"{action}\"")));
        let form = form.unwrap_or_else(|| panic!("no form for {action} in {}", self.html));
        let (_, rest) = form.split_once("name=\"key\" value=\"").expect("a key");
        rest.split('"').next().unwrap().to_owned()
    }

    /// The sentence of the banner.
    pub fn alert(&self) -> Option<String> {
        let (_, rest) = self.html.split_once("role=\"alert\">")?;
        Some(unescaped(rest.split('<').next()?))
    }

    /// Whether the page says so, in text.
    pub fn says(&self, words: &str) -> bool {
        unescaped(&self.html).contains(words)
    }

    /// The value of a field, as it stands there.
    pub fn value(&self, name: &str) -> Option<String> {
        let input = self.html.split("<input ").find(|input| input.contains(&format!("name=\"{name}\"")))?;
        let (_, rest) = input.split('>').next()?.split_once(" value=\"")?;
        Some(unescaped(rest.split('"').next()?))
    }
}

fn unescaped(html: &str) -> String {
    html.replace("&#38;", "&").replace("&#39;", "'").replace("&#34;", "\"").replace("&nbsp;", "\u{a0}")
}
