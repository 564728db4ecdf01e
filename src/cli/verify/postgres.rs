//! `quittance verify` on a ledger in PostgreSQL, beside the servers that use it.

use super::{NotInOrder, Verify, agrees, bar, say};
use crate::{
    app::People,
    clock::Clock,
    proof::head::{Head, Origin},
    settings::{Database, Settings},
    store::{Recorded, Store, chain, postgres::PostgresStore, tree::Tree, verify::shared::Walker},
    vault::Vault,
    views::{Skips, ViewsError, postgres::anew::Anew},
};
use std::sync::Arc;

/// Walks over everything; what was made for it is removed whatever comes of it.
pub async fn verify(asked: &Verify, settings: &Settings, database: &Database) -> Result<(), NotInOrder> {
    let store = PostgresStore::open(database.url()).await?;
    let vault = crate::serve::vault(database).await?;
    let head = match &asked.against {
        Some(file) => Some(kept_head(&std::fs::read_to_string(file)?, &store, &vault)?),
        None => None,
    };
    let mut anew = match asked.ledger_only {
        false => Some(Anew::begin(database.url(), Clock::new(settings.zone)).await?),
        true => None,
    };
    let skips = Skips::recorded(&store).await?;
    if let Some(anew) = &mut anew {
        anew.honour(skips);
    }
    let outcome = walk(Arc::new(store), head, anew.as_mut(), People(vault)).await;
    if let Some(anew) = anew {
        anew.remove().await?;
    }
    outcome
}

/// A head that was signed by this hospital's key.
fn kept_head(text: &str, store: &PostgresStore, vault: &Vault) -> Result<Head, NotInOrder> {
    let keys: Vec<_> = vault.public_keys().into_values().collect();
    Ok(Head::check(text, &Origin::of_store(&hex::encode(store.id()))?, &keys)?)
}

async fn walk(
    store: Store,
    head: Option<Head>,
    mut anew: Option<&mut Anew>,
    people: People,
) -> Result<(), NotInOrder> {
    let (mut walker, bar) = (Walker::new(store), bar("registre"));
    bar.set_length(walker.total());
    let mut kept = head.map(Kept::new);
    loop {
        let events = walker.page().await?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            if let Some(kept) = &mut kept {
                kept.see(event);
            }
            if let Some(anew) = anew.as_deref_mut() {
                anew.take(event, &people).await?;
            }
        }
        bar.set_position(walker.walked().position);
    }
    bar.finish_and_clear();
    let walk = walker.walked();
    if let Some(kept) = kept {
        agrees(&kept.head, kept.seen, walk.position)?;
    }
    if let Some(anew) = anew {
        compare(anew, &people).await?;
    }
    super::told(&walk);
    Ok(())
}

/// What the log has where a kept head ends.
struct Kept {
    head: Head,
    tree: Tree,
    seen: Option<(chain::Hash, chain::Hash)>,
}

impl Kept {
    fn new(head: Head) -> Self {
        Self { head, tree: Tree::default(), seen: None }
    }

    fn see(&mut self, event: &Recorded) {
        if event.position <= self.head.size {
            self.tree.push(chain::leaf(event));
        }
        if event.position == self.head.size {
            self.seen = Some((self.tree.root(), event.chain));
        }
    }
}

async fn compare(anew: &mut Anew, people: &People) -> Result<(), NotInOrder> {
    if let Some(stopped) = anew.end(people).await?.into_iter().next() {
        let (name, position, reason) = (stopped.name, stopped.position, stopped.reason);
        return Err(NotInOrder::Stopped { name, position, reason });
    }
    match anew.compare().await {
        Ok(differences) => match differences.into_iter().next() {
            Some(found) => {
                let (table, unexplained, missing) = (found.table, found.unexplained, found.missing);
                Err(NotInOrder::Differs { table, unexplained, missing })
            }
            None => {
                say(format!("Écrans égaux au registre à la position {}.", anew.upto()));
                Ok(())
            }
        },
        Err(ViewsError::Behind { .. }) => {
            say("Écrans non comparés : le serveur encaisse en ce moment. Recommencez à l’arrêt.");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
