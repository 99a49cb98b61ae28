//! Takes the flags by which tshark captures from the wire, answers them with where that is done.
//!
//! They are known so that who types them by habit is told what to do, in place of "unexpected argument".

use clap::Args;

use super::complaint::Complaint;

/// The flags of live capture; none does anything.
#[derive(Debug, Default, Args)]
pub(super) struct Live {
    #[arg(short = 'i', long = "interface", value_name = "INTERFACE", global = true, hide = true, num_args = 0..=1)]
    interface: Option<Option<String>>,
    #[arg(short = 'f', value_name = "FILTER", global = true, hide = true, num_args = 0..=1)]
    capture_filter: Option<Option<String>>,
    #[arg(short = 'D', long = "list-interfaces", global = true, hide = true)]
    list_interfaces: bool,
    #[arg(short = 'L', long = "list-data-link-types", global = true, hide = true)]
    list_link_types: bool,
    #[arg(short = 'p', long = "no-promiscuous-mode", global = true, hide = true)]
    not_promiscuous: bool,
    #[arg(short = 's', long = "snapshot-length", value_name = "OCTETS", global = true, hide = true, num_args = 0..=1)]
    snapshot_length: Option<Option<String>>,
    #[arg(short = 'a', long = "autostop", value_name = "CONDITION", global = true, hide = true, num_args = 0..=1)]
    autostop: Option<Option<String>>,
    #[arg(short = 'b', long = "ring-buffer", value_name = "CONDITION", global = true, hide = true, num_args = 0..=1)]
    ring_buffer: Option<Option<String>>,
}

impl Live {
    /// What to say to the flags that were typed; nothing where none was.
    pub(super) fn complaint(&self) -> Option<Complaint> {
        let typed = [
            ("-i", self.interface.is_some()),
            ("-f", self.capture_filter.is_some()),
            ("-D", self.list_interfaces),
            ("-L", self.list_link_types),
            ("-p", self.not_promiscuous),
            ("-s", self.snapshot_length.is_some()),
            ("-a", self.autostop.is_some()),
            ("-b", self.ring_buffer.is_some()),
        ];
        let (flag, _) = typed.into_iter().find(|(_, typed)| *typed)?;
        let interface = self.interface.as_ref().and_then(Option::as_deref).unwrap_or("any");
        let instead = match flag {
            "-D" | "-L" => format!("`dumpcap {flag}` lists"),
            _ => format!("capture with `dumpcap -i {interface} -w trace.pcapng`, then `sip3xx audit trace.pcapng`"),
        };
        Some(Complaint::new(format!("{flag} is for live capture, and sip3xx reads captures only: {instead}")))
    }
}
