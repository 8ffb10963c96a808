"""The API of the template: its routes, who may call them, and from which origins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.synth.assembly import Assembly, second

ROUTES = {
    "POST listen",
    "GET requests",
    "GET requests/{id}",
    "DELETE requests/{id}",
    "GET requests/{id}/result",
    "POST requests/{id}/result",
    "POST requests/{id}/retry",
    "POST requests/{id}/redeliver",
    "POST uploads",
    "GET models",
    "GET models/{model}",
    "POST audio/transcriptions",
    "POST audio/translations",
    "GET openapi.json",
    "GET docs",
    "GET ",  # the stage's root: the web page
    "GET page/{version}/{file}",
    "GET favicon.ico",
    "GET requests/{id}/audio",
    "GET requests/{id}/edits",
    "PUT requests/{id}/edits",
    "GET requests/{id}/shares",
    "POST requests/{id}/shares",
    "DELETE requests/{id}/shares/{share}",
    "GET shared/{id}",
    "GET shared/{id}/result",
    "GET shared/{id}/audio",
    "GET workers",
}
PUBLIC_ROUTES = {
    "GET models",
    "GET models/{model}",
    "GET openapi.json",
    "GET docs",
    "GET ",
    "GET page/{version}/{file}",
    "GET favicon.ico",
    # The function itself looks at the link's secret.
    "GET shared/{id}",
    "GET shared/{id}/result",
    "GET shared/{id}/audio",
}


OTHERS = {"ANY {proxy+}", "ANY "}  # answered with the nearest route, and nothing else


def partition(route: str) -> tuple[str, str, str]:
    return route.partition(" ")


def routes(assembly: Assembly) -> dict[str, Any]:
    """Return the properties of the methods, by names such as `GET requests/{id}`."""
    resources = assembly.resources("ApiGateway::Resource")

    def path(reference: Any) -> list[str]:
        if "Ref" not in reference:
            return []
        resource = resources[reference["Ref"]]
        return [*path(resource["ParentId"]), resource["PathPart"]]

    methods = assembly.resources("ApiGateway::Method").values()
    return {f"{m['HttpMethod']} {'/'.join(path(m['ResourceId']))}": m for m in methods}


def test_stage_is_named_v1(assembly: Assembly) -> None:
    _, stage = assembly.resource("ApiGateway::Stage")
    assert stage["StageName"] == "v1"


def test_every_route_proxies_to_the_api_function(assembly: Assembly) -> None:
    found = routes(assembly)
    heads = {f"HEAD {path}" for method, _, path in map(partition, ROUTES) if method == "GET"}
    assert {route for route in found if not route.startswith("OPTIONS ")} == ROUTES | heads | OTHERS
    listen, _ = assembly.resource("Lambda::Function", "FunctionsListen")
    for method in found.values():
        assert method["Integration"]["Type"] == "AWS_PROXY"
        assert listen in str(method["Integration"]["Uri"])
    _, api = assembly.resource("ApiGateway::RestApi")
    assert api["BinaryMediaTypes"] == ["*/*"]


def test_wrong_paths_have_a_limit_of_their_own(assembly: Assembly) -> None:
    """Scanners need no key; what they send leaves the rate of all callers alone."""
    _, stage = assembly.resource("ApiGateway::Stage")
    limits = {
        f"{s['HttpMethod']} {s['ResourcePath']}": (s["ThrottlingRateLimit"], s["ThrottlingBurstLimit"])
        for s in stage["MethodSettings"]
    }
    rate, burst = limits.pop("* /*")
    methods = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")  # a setting of ANY has no effect
    wrong = {f"{method} /" for method in ("DELETE", "PATCH", "POST", "PUT")}
    assert limits.keys() == wrong | {f"{method} /~1{{proxy+}}" for method in methods}
    for proxy_rate, proxy_burst in limits.values():
        assert proxy_rate <= rate / 10
        assert proxy_burst <= burst / 10


def test_every_path_answers_preflights_without_a_key(assembly: Assembly) -> None:
    preflights = {route.partition(" ")[2]: m for route, m in routes(assembly).items() if route.startswith("OPTIONS ")}
    assert set(preflights) == {path for _, _, path in map(partition, ROUTES)}
    assert {m["AuthorizationType"] for m in preflights.values()} == {"NONE"}


OWN_PAGE = "https://{api}.execute-api"


def _origin(value: Any) -> str:
    """Return an origin of a rule; that of the API, which CloudFormation joins, as OWN_PAGE."""
    if isinstance(value, str):
        return value
    text = str(value["Fn::Join"][1])
    assert "ApiRest" in text
    assert ".execute-api." in text
    return OWN_PAGE


def test_origins_reach_function_gateway_and_bucket(gpu: Assembly, synthesized: Callable[..., Assembly]) -> None:
    def origins(assembly: Assembly) -> tuple[str, set[str], list[list[str]]]:
        responses = assembly.resources("ApiGateway::GatewayResponse").values()
        header = "gatewayresponse.header.Access-Control-Allow-Origin"
        _, bucket = assembly.resource("S3::Bucket", "StorageTranscripts")
        return (
            assembly.functions()["api"]["Environment"]["Variables"]["CORS_ORIGINS"],
            {response["ResponseParameters"][header] for response in responses},
            [[_origin(each) for each in rule["AllowedOrigins"]] for rule in bucket["CorsConfiguration"]["CorsRules"]],
        )

    assert origins(gpu) == ("*", {"'*'"}, [["*"], ["*"]])
    # The deployment's own page uploads, too; its origin is known once the API is made.
    pages = "https://a.example,https://b.example"
    limited = second(synthesized)
    assert origins(limited) == (pages, {"method.request.header.Origin"}, [pages.split(","), ["*"], [OWN_PAGE]])


def test_all_but_public_routes_use_the_authorizer(assembly: Assembly) -> None:
    unguarded = {route for route, m in routes(assembly).items() if m["AuthorizationType"] == "NONE"}
    heads = {route.replace("GET ", "HEAD ") for route in PUBLIC_ROUTES}
    assert {route for route in unguarded if not route.startswith("OPTIONS ")} == PUBLIC_ROUTES | heads | OTHERS
    _, authorizer = assembly.resource("ApiGateway::Authorizer")
    assert authorizer["Type"] == "REQUEST"
    # With an identity source API Gateway would reject a request without a key and not call the authorizer.
    assert not authorizer["IdentitySource"]
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
