"""Which error each provider gives, in its own words, for what can be wrong with a request.

Google: developers.google.com/identity/protocols/oauth2/web-server, and answers quoted in public
issues. Microsoft: learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from mailboxadmin.demo.provider_values import Problem, Refusal
from mailboxadmin.domain.oauth import AppKey

_GOOGLE = {
    Problem.UNKNOWN_CLIENT: Refusal(
        status=401, error="invalid_client", description="The OAuth client was not found."
    ),
    Problem.SECRET_MISSING: Refusal(
        error="invalid_request", description="client_secret is missing."
    ),
    Problem.SECRET_WRONG: Refusal(
        status=401,
        error="invalid_client",
        description="The provided client secret is invalid.",
    ),
    Problem.REDIRECT_NOT_REGISTERED: Refusal(
        error="redirect_uri_mismatch",
        description="You can't sign in because this app sent an invalid request.",
    ),
    Problem.REDIRECT_CHANGED: Refusal(error="redirect_uri_mismatch", description="Bad Request"),
    Problem.RESPONSE_TYPE: Refusal(
        error="unsupported_response_type", description="Invalid response_type: {value}"
    ),
    Problem.CHALLENGE_MISSING: Refusal(
        error="invalid_request", description="This server takes PKCE with S256 only."
    ),
    Problem.VERIFIER_WRONG: Refusal(error="invalid_grant", description="Invalid code verifier."),
    Problem.SCOPE_INVALID: Refusal(
        error="invalid_scope", description="Some requested scopes were invalid. {value}"
    ),
    Problem.SCOPE_NOT_GRANTED: Refusal(error="invalid_scope", description="Bad Request"),
    Problem.CODE_UNKNOWN: Refusal(error="invalid_grant", description="Malformed auth code."),
    Problem.CODE_USED: Refusal(error="invalid_grant", description="Bad Request"),
    Problem.CODE_EXPIRED: Refusal(error="invalid_grant", description="Bad Request"),
    Problem.REFRESH_UNKNOWN: Refusal(error="invalid_grant", description="Bad Request"),
    Problem.REFRESH_ENDED: Refusal(
        error="invalid_grant", description="Token has been expired or revoked."
    ),
    Problem.REFRESH_REVOKED: Refusal(
        error="invalid_grant", description="Token has been expired or revoked."
    ),
    Problem.GRANT_TYPE: Refusal(
        error="unsupported_grant_type", description="Invalid grant_type: {value}"
    ),
    Problem.PARAMETER_MISSING: Refusal(
        error="invalid_request", description="Missing required parameter: {value}"
    ),
    Problem.TOKEN_UNKNOWN: Refusal(error="invalid_token", description="Token expired or revoked"),
    Problem.DECLINED: Refusal(error="access_denied"),
}

_MICROSOFT = {
    Problem.UNKNOWN_TENANT: Refusal(
        error="invalid_request",
        description="AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the"
        " correct tenant ID and are signing into the correct cloud.",
    ),
    Problem.SINGLE_TENANT: Refusal(
        error="invalid_request",
        description="AADSTS50194: Application '{client}'(Mailbox Admin) is not configured as a"
        " multi-tenant application. Usage of the /{tenant} endpoint is not supported.",
    ),
    Problem.UNKNOWN_CLIENT: Refusal(
        error="unauthorized_client",
        description="AADSTS700016: Application with identifier '{client}' was not found in the"
        " directory '{tenant}'. This can happen if the application has not been installed by the"
        " administrator of the tenant or consented to by any user in the tenant.",
    ),
    Problem.SECRET_MISSING: Refusal(
        status=401,
        error="invalid_client",
        description="AADSTS7000218: The request body must contain the following parameter:"
        " 'client_assertion' or 'client_secret'.",
    ),
    Problem.SECRET_WRONG: Refusal(
        status=401,
        error="invalid_client",
        description="AADSTS7000215: Invalid client secret provided. Ensure the secret being sent"
        " in the request is the client secret value, not the client secret ID, for a secret added"
        " to app '{client}'.",
    ),
    Problem.SECRET_EXPIRED: Refusal(
        status=401,
        error="invalid_client",
        description="AADSTS7000222: The provided client secret keys for app '{client}' are"
        " expired. Visit the Azure portal to create new keys for your app.",
    ),
    Problem.REDIRECT_NOT_REGISTERED: Refusal(
        error="invalid_request",
        description="AADSTS50011: The redirect URI '{value}' specified in the request does not"
        " match the redirect URIs configured for the application '{client}'.",
    ),
    Problem.REDIRECT_CHANGED: Refusal(
        status=401,
        error="invalid_client",
        description="AADSTS500112: The reply address '{value}' does not match the reply address"
        " provided when requesting Authorization code.",
    ),
    Problem.RESPONSE_TYPE: Refusal(
        error="unsupported_response_type",
        description="AADSTS70005: response_type '{value}' is not supported for the application.",
    ),
    Problem.CHALLENGE_MISSING: Refusal(
        error="invalid_request",
        description="AADSTS9002325: Proof Key for Code Exchange is required for cross-origin"
        " authorization code redemption.",
    ),
    Problem.VERIFIER_WRONG: Refusal(
        error="invalid_grant",
        description="AADSTS501481: The Code_Verifier does not match the code_challenge supplied"
        " in the authorization request.",
    ),
    Problem.SCOPE_INVALID: Refusal(
        error="invalid_scope",
        description="AADSTS70011: The provided value for the input parameter 'scope' is not"
        " valid. The scope {value} is not valid.",
    ),
    Problem.SCOPE_NOT_GRANTED: Refusal(
        error="invalid_grant",
        description="AADSTS65001: The user or administrator has not consented to use the"
        " application with ID '{client}' named 'Mailbox Admin'.",
        suberror="consent_required",
    ),
    Problem.CODE_UNKNOWN: Refusal(
        error="invalid_grant",
        description="AADSTS70000: The provided value for the input parameter 'code' is not valid.",
    ),
    Problem.CODE_USED: Refusal(
        error="invalid_grant",
        description="AADSTS54005: OAuth2 Authorization code was already redeemed, please retry"
        " with a new valid code or use an existing refresh token.",
    ),
    Problem.CODE_EXPIRED: Refusal(
        error="invalid_grant",
        description="AADSTS70008: The provided authorization code or refresh token has expired"
        " due to inactivity. Send a new interactive authorization request for this user and"
        " resource.",
    ),
    Problem.REFRESH_UNKNOWN: Refusal(
        error="invalid_grant",
        description="AADSTS70000: The provided value for the input parameter 'refresh_token' is"
        " not valid.",
    ),
    Problem.REFRESH_ENDED: Refusal(
        error="invalid_grant",
        description="AADSTS700082: The refresh token has expired due to inactivity.",
    ),
    Problem.REFRESH_REVOKED: Refusal(
        error="invalid_grant",
        description="AADSTS50173: The provided grant has expired due to it being revoked, a fresh"
        " auth token is needed. The user might have changed or reset their password.",
        suberror="bad_token",
    ),
    Problem.GRANT_TYPE: Refusal(
        error="unsupported_grant_type",
        description="AADSTS70003: The app requested an unsupported grant type '{value}'.",
    ),
    Problem.PARAMETER_MISSING: Refusal(
        error="invalid_request",
        description="AADSTS900144: The request body must contain the following parameter:"
        " '{value}'.",
    ),
    Problem.DECLINED: Refusal(
        error="access_denied",
        description="AADSTS65004: User declined to consent to access the app.",
        suberror="cancel",
    ),
}

WORDS = {AppKey.GMAIL: _GOOGLE, AppKey.OUTLOOK: _MICROSOFT}


def refusal_for(key: AppKey, problem: Problem, words: dict[str, str]) -> Refusal:
    """The provider's own words for a problem.

    Raises:
        KeyError: that provider knows no such problem.
    """
    return WORDS[key][problem].about(**words)
