import dns.resolver
import pytest


def test_records_are_answered_and_questions_are_kept(dns_stub):
    dns_stub.add("example.org", "MX", "10 mx1.example.org.", "20 mx2.example.org.")
    dns_stub.add("mx1.example.org", "A", "192.0.2.7")
    dns_stub.add("mx1.example.org", "AAAA", "2001:db8::7")
    resolver = dns_stub.resolver()

    mail_hosts = sorted(
        str(record.exchange).lower() for record in resolver.resolve("Example.org", "MX")
    )
    addresses = [str(resolver.resolve("mx1.example.org", kind)[0]) for kind in ("A", "AAAA")]

    assert mail_hosts == ["mx1.example.org.", "mx2.example.org."]
    assert addresses == ["192.0.2.7", "2001:db8::7"]
    assert dns_stub.queries == [
        ("example.org", "MX"),
        ("mx1.example.org", "A"),
        ("mx1.example.org", "AAAA"),
    ]


def test_unmentioned_names_do_not_exist(dns_stub):
    with pytest.raises(dns.resolver.NXDOMAIN):
        dns_stub.resolver().resolve("nowhere.example.org", "A")


def test_a_name_without_that_record_type_has_no_answer(dns_stub):
    dns_stub.add("example.org", "A", "192.0.2.7")

    with pytest.raises(dns.resolver.NoAnswer):
        dns_stub.resolver().resolve("example.org", "MX")


def test_servfail_reaches_the_resolver(dns_stub):
    dns_stub.servfail("example.org")

    with pytest.raises(dns.resolver.NoNameservers, match="SERVFAIL"):
        dns_stub.resolver().resolve("example.org", "MX")


def test_silence_times_out_and_other_names_go_on(dns_stub):
    dns_stub.add("example.org", "A", "192.0.2.7")
    dns_stub.silent()

    with pytest.raises(dns.resolver.LifetimeTimeout):
        dns_stub.resolver(lifetime_s=0.2).resolve("other.example.org", "A")
    assert str(dns_stub.resolver().resolve("example.org", "A")[0]) == "192.0.2.7"


def test_the_last_word_about_a_name_counts(dns_stub):
    dns_stub.add("example.org", "A", "192.0.2.7")
    dns_stub.nxdomain("example.org")

    with pytest.raises(dns.resolver.NXDOMAIN):
        dns_stub.resolver().resolve("example.org", "A")

    dns_stub.add("example.org", "A", "192.0.2.8")
    assert str(dns_stub.resolver().resolve("example.org", "A")[0]) == "192.0.2.8"
