"""Ports of the local cloud: those that are taken are all named, with free ones to choose instead."""

from __future__ import annotations

import socket

import pytest

from localcloud.ports import HOST, PortTaken, choose_ports


def test_taken_ports_are_all_named_with_free_ones() -> None:
    with socket.create_server((HOST, 0)) as first, socket.create_server((HOST, 0)) as second:
        api, aws = first.getsockname()[1], second.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {api} .* is taken .*Port {aws} .* is taken") as error_info:
            choose_ports({"port": api, "aws-port": aws})

    name, port, aws_name, aws_port = error_info.value.options.split()
    assert (name, aws_name) == ("--port", "--aws-port")
    assert {int(port), int(aws_port)}.isdisjoint({api, aws})
    assert choose_ports({"port": int(port), "aws-port": int(aws_port)}) == [int(port), int(aws_port)]


def test_free_port_is_kept_where_another_is_taken() -> None:
    [free] = choose_ports({"port": 0})
    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(PortTaken) as error_info:
            choose_ports({"port": free, "aws-port": taken})

    assert error_info.value.options.startswith(f"--port {free} --aws-port ")


def test_last_port_that_is_taken_has_another() -> None:
    with socket.socket() as other:
        other.bind((HOST, 65535))
        other.listen()
        with pytest.raises(PortTaken, match="Port 65535 ") as error_info:
            choose_ports({"port": 65535})

    assert 0 < int(error_info.value.options.removeprefix("--port ")) < 65535
