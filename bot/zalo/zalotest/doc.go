// Package zalotest is a strict Zalo for an Official Account on loopback: the
// OpenAPI, the business host and the token endpoint under one address. There is
// no sandbox for an account, so this is the tenant that tests and benches have:
// it checks signatures, token age, the single use of the refresh token, windows,
// lengths, buttons and uploads, and fails when told to.
package zalotest
