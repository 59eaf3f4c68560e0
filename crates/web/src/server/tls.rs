//! Certificates: read, checked, and read again when their files change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// What is wrong with certificate or key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file has no certificate.
    #[error(
        "{0} has no certificate; it must have the chain in PEM form, our own certificate first"
    )]
    NoCertificate(PathBuf),
    /// The file has no key.
    #[error("{0} has no private key in PEM form without a password")]
    NoKey(PathBuf),
    /// They do not belong together.
    #[error("the key in {key} does not belong to the first certificate in {cert}")]
    NoMatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// Anything else.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// What the files hold, and where they are.
pub struct Certificates {
    cert: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

/// The pair that new connections get, and the text it was made from.
struct Current {
    pair: RwLock<Arc<CertifiedKey>>,
    /// Of the last look, good or bad: the same trouble is reported once.
    seen: RwLock<Vec<u8>>,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What it has seen is a private key.
        f.write_str("Current(…)")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.pair.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Certificates {
    /// Reads both files and checks that they belong together.
    pub fn load(cert: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let (cert_text, key_text) = (read(&cert)?, read(&key)?);
        let pair = parse(&cert, &cert_text, &key, &key_text, &provider)?;
        let current = Arc::new(Current {
            pair: RwLock::new(Arc::new(pair)),
            seen: RwLock::new([cert_text, key_text].concat()),
        });
        let resolver = Arc::<Current>::clone(&current);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { cert, key, current, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Reads the files again: whether they have something new. What cannot be used changes nothing, and is
    /// an error once.
    pub fn renew(&self) -> Result<bool, TlsError> {
        let (cert_text, key_text) = (read(&self.cert)?, read(&self.key)?);
        let found = [cert_text.as_slice(), &key_text].concat();
        {
            let mut seen = self.current.seen.write().unwrap_or_else(PoisonError::into_inner);
            if *seen == found {
                return Ok(false);
            }
            *seen = found;
        }
        let provider = aws_lc_rs::default_provider();
        let pair = parse(&self.cert, &cert_text, &self.key, &key_text, &provider)?;
        *self.current.pair.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
        Ok(true)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })
}

fn parse(
    cert: &Path,
    cert_text: &[u8],
    key: &Path,
    key_text: &[u8],
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let chain = CertificateDer::pem_slice_iter(cert_text).collect::<Result<Vec<_>, _>>();
    let chain = chain.unwrap_or_default();
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(cert.to_owned()));
    }
    let private =
        PrivateKeyDer::from_pem_slice(key_text).map_err(|_| TlsError::NoKey(key.to_owned()))?;
    CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::NoMatch { cert: cert.to_owned(), key: key.to_owned() }
        }
        other => TlsError::Unusable(other),
    })
}
