//! The rules on 380 Alternative Service.
