//! The rules on 305, authentication, proxies, dialogs and other methods.
