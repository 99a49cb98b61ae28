//! Takes what tshark's `-d` takes, gives which ports carry SIP and which do not.

use sip3xx::analysis::DecodeAs;
use sip3xx::evidence::Transport;

/// The protocols that are read here.
const OURS: [&str; 3] = ["sip", "sip.tcp", "hep"];

/// Reads `udp.port==5070,sip`, `tcp.port==5060-5090,sip` or `tcp.port==5060:3,sip` (a first port and how many).
pub(super) fn parse(text: &str) -> Result<DecodeAs, String> {
    let wanted = "udp.port==5070,sip or tcp.port==5060-5090,sip is wanted";
    let (selector, protocol) = text.split_once(',').ok_or(wanted)?;
    let (layer, ports) = selector.split_once("==").ok_or(wanted)?;
    let transport = match layer.trim() {
        "udp.port" => Transport::Udp,
        "tcp.port" => Transport::Tcp,
        other => return Err(format!("no ports of `{other}`: udp.port and tcp.port are read here")),
    };
    let port = |text: &str| text.trim().parse::<u16>().map_err(|_| format!("`{text}` is no port"));
    let (first, last) = match (ports.split_once('-'), ports.split_once(':')) {
        (Some((first, last)), _) => (port(first)?, port(last)?),
        (None, Some((first, count))) => {
            let first = port(first)?;
            (first, first.saturating_add(port(count)?.saturating_sub(1)))
        }
        (None, None) => (port(ports)?, port(ports)?),
    };
    if first > last {
        return Err(format!("no ports from {first} to {last}"));
    }
    Ok(DecodeAs { transport, first, last, is_sip: OURS.contains(&protocol.trim()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_names_ports_and_what_they_carry() {
        let word = |transport, first, last, is_sip| Ok(DecodeAs { transport, first, last, is_sip });
        for (text, wanted) in [
            ("udp.port==5070,sip", word(Transport::Udp, 5070, 5070, true)),
            ("tcp.port==5060-5090,sip", word(Transport::Tcp, 5060, 5090, true)),
            ("tcp.port==5060:3,http", word(Transport::Tcp, 5060, 5062, false)),
            ("udp.port==9060,hep", word(Transport::Udp, 9060, 9060, true)),
        ] {
            assert_eq!(parse(text), wanted, "{text}");
        }
        for text in ["", "udp.port==1", "udp.port=1,sip", "sctp.port==1,sip", "udp.port==70000,sip", "udp.port==9-1,sip"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
