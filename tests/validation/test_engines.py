"""What other engines mean by their placeholders and tags, and what to write in Mustache instead."""

from __future__ import annotations

import pytest

from app.core.findings import Finding, Severity
from tests.validation.conftest import Author

LAYOUT = "{{> layout/open}}…{{> layout/close}}"
PAIR = "{{#name}}…{{/name}}{{^name}}…{{/name}}"


def said(author: Author, body: str) -> list[Finding]:
    about = {"foreign-placeholder", "template-syntax", "partial", "compile", "html-syntax", "stray-braces"}
    about |= {"relative-url", "malformed-url", "unknown-attribute"}
    return [finding for finding in author(body).check().findings if finding.code in about]


@pytest.mark.parametrize(
    ("body", "engine", "instead"),
    [
        ("<p>{% if a %}</p>", "Liquid, Jinja", "{{#name}}…{{/name}} for an if"),
        ("<p>{%- for a in b -%}</p>", "Liquid, Jinja", "{{#name}}…{{/name}}"),
        ("<p>{% else %}</p>", "Liquid, Jinja", PAIR),
        ('<p>{% include "x" %}</p>', "Liquid, Jinja", "{{> name}}"),
        ('<p>{% extends "base" %}</p>', "Liquid, Jinja", LAYOUT),
        ("<p>{# note #}</p>", "Jinja", "{{! … }}"),
        ("<p><%= name %></p>", "ERB", "{{#name}}…{{/name}}"),
        ("<p><% if a %></p>", "ERB", "{{#name}}…{{/name}}"),
        ("<p><?php echo $a; ?></p>", "PHP", "{{#name}}…{{/name}}"),
        ("<p>*|FNAME|*</p>", "Mailchimp", "{{name}}"),
        ("<p>*|IF:FNAME|*</p>", "Mailchimp", "{{#name}}…{{/name}}"),
        ("<p>*|DATE:d/m/y|*</p>", "Mailchimp", "{{name}}"),
        ("<p>%%[ SET @a = 1 ]%%</p>", "AMPscript", "into the data"),
        ("<p>%%=v(@a)=%%</p>", "AMPscript", "into the data"),
        ("<p>%%emailaddr%%</p>", "Salesforce", "{{name}}"),
        ("<p>[[name]]</p>", "double square brackets", "{{name}}"),
        ("<p>[% name %]</p>", "Template Toolkit", "{{#name}}"),
        ("<p>${order.id!}</p>", "FreeMarker", "{{name}}"),
        ("<p>#{name}</p>", "Ruby", "{{name}}"),
        ("<p>{$name}</p>", "Smarty", "{{name}}"),
        ("<p>{!Contact.Name}</p>", "Salesforce", "{{name}}"),
        ("<p><#if a>b</#if></p>", "FreeMarker", "{{#name}}"),
        ("<p>%recipient.name%</p>", "Mailgun", "{{name}}"),
        ("<p>%FIRSTNAME%</p>", "ActiveCampaign", "{{name}}"),
        ("<p>@if($a) b</p>", "Blade", "{{#name}}"),
        (
            "<table role='none'>{% for a in b %}<tr><td>c</td></tr>{% endfor %}</table>",
            "Liquid",
            "{{#name}}",
        ),
        (
            "<table role='none'><tr>*|IF:A|*<td>c</td>*|END:IF|*</tr></table>",
            "Mailchimp",
            "{{#name}}",
        ),
        ("<table role='none'><tr><% if a > b %><td>c</td><% end %></tr></table>", "ERB", "{{#name}}"),
        (
            "<table role='none'><tr><td {% if a %}class='b'{% endif %}>c</td></tr></table>",
            "Liquid",
            "{{#",
        ),
        ('<p><a href="*|UNSUB|*">Unsubscribe</a></p>', "Mailchimp", "{{name}}"),
        ('<p><a href="<%= url %>">Order</a></p>', "ERB", "{{#name}}"),
        ('<p><img alt="" width="1" height="1" src="%%image%%"></p>', "Salesforce", "{{name}}"),
        *(
            (f'<p><a href="{address}">Unsubscribe</a></p>', "whole address", "{{name}}")
            for address in (
                "[unsubscribe]",
                "[LINK_UNSUBSCRIBE]",
                "{UNSUBSCRIBE}",
                "{unsub}?a=1",
                "__unsub__",
            )
        ),
        *(
            (f"<p><a href= '{address}' class=a>Unsubscribe</a></p>", "whole address", "{{name}}")
            for address in ("@@unsub@@", "%unsubscribe%", "||Unsub URL||", "|unsub|", "<%asm_unsubscribe%>")
        ),
    ],
)
def test_a_placeholder_is_named_with_its_engine(author: Author, body: str, engine: str, instead: str) -> None:
    found = said(author, body)

    assert {finding.code for finding in found} == {"foreign-placeholder"}
    assert all(finding.severity is Severity.WARNING for finding in found)
    assert engine in found[0].message
    assert instead in found[0].remedy


@pytest.mark.parametrize(
    "body",
    [
        "<p>[optional] {braces} 100%sure% __init__ |a|</p>",
        '<p title="[x]">Write href=[x]</p>',
        '<p><a href="https://x.org/[x]">Order</a></p>',
    ],
)
def test_signs_around_words_are_words(author: Author, body: str) -> None:
    assert not said(author, body)


@pytest.mark.parametrize("address", ["[x y]", "pay/[x]", "a_b__c", "[]", "%20a", "-x-", "{a.b}{c}"])
def test_an_address_that_only_has_such_signs_is_relative(author: Author, address: str) -> None:
    found = said(author, f'<p><a href="{address}">Order</a></p>')
    assert [finding.code for finding in found] == ["relative-url"]


@pytest.mark.parametrize(
    ("tag", "engine", "instead"),
    [
        ("{{else}}", "Handlebars", PAIR),
        ("{{else if b}}", "Handlebars", PAIR),
        ("{{@index}}", "Handlebars", "does not count"),
        ("{{@root.shop}}", "Handlebars", "{{shop}}"),
        ("{{this}}", "Handlebars", "{{.}}"),
        ("{{this.name}}", "Handlebars", "{{name}}"),
        ("{{../name}}", "Handlebars", "{{name}}"),
        ("{{../../name}}", "Handlebars", "{{name}}"),
        ("{{~name}}", "Handlebars", "~ out"),
        ("{{name~}}", "Handlebars", "~ out"),
        ("{{[odd key]}}", "Handlebars", "into the data"),
        ("{{formatDate date}}", "Handlebars", "into the data"),
        ('{{link "a" b}}', "Handlebars", "into the data"),
        ("{{#if a}}b{{/if a}}", "Handlebars", "{{#a}}…{{/a}}"),
        ("{{#unless a}}b{{/unless a}}", "Handlebars", "{{^a}}…{{/a}}"),
        ("{{#each a as |b|}}b{{/each a as |b|}}", "Handlebars", "{{#a}}…{{/a}}"),
        ("{{name | upcase}}", "Liquid", "{{name}}, and put"),
        ("{{ name|default:'you' }}", "Liquid", "{{name}}, and put"),
        ("{{ 'logo.png' | asset_url }}", "Liquid", "into the data"),
        ("{{ .Name }}", "Go", "{{Name}}"),
        ("{{ range .Items }}{{ end }}", "Go", "{{#name}}…{{/name}}"),
        ("{{- name -}}", "Go", "- out"),
        ("{{ a == b }}", "Jinja", "{{#isPaid}}"),
        ("{{ a() }}", "Jinja", "into the data"),
    ],
)
def test_a_tag_is_told_in_mustache(author: Author, tag: str, engine: str, instead: str) -> None:
    found = said(author, f"<p>{tag}</p>")

    assert {finding.code for finding in found} == {"foreign-placeholder"}
    assert engine in found[0].message
    assert instead in found[0].remedy


@pytest.mark.parametrize(
    ("body", "code", "engine", "instead"),
    [
        ("{{#> layout}}<p>a</p>{{/layout}}", "template-syntax", "Handlebars", LAYOUT),
        ("{{> @partial-block}}", "partial", "Handlebars", LAYOUT),
        ("{{> (lookup . 'name')}}", "partial", "Handlebars", "{{#paid}}{{> a}}{{/paid}}"),
        ('{{> header title="x"}}', "partial", "Handlebars", "{{> header}}"),
        ("{{> 'header'}}", "partial", "Handlebars", "{{> header}}"),
        ('{{#*inline "x"}}a{{/inline}}', "template-syntax", "Handlebars", "partials/name.html"),
        ("<p>{{#if a}}b{{/if}}</p>", "template-syntax", "Handlebars", "{{#a}}…{{/a}}"),
        ("<p>{{#if a}}b{{else}}c{{/if}}</p>", "template-syntax", "Handlebars", PAIR),
        ("<p>{{#a}}b{{^}}c{{/a}}</p>", "template-syntax", "Handlebars", PAIR),
        ("<p>{{#each this.rows}}b{{/each}}</p>", "template-syntax", "Handlebars", "{{#this.rows}}"),
        ("<p>{{#if (eq a 'b')}}c{{/if}}</p>", "template-syntax", "Handlebars", "{{#isPaid}}"),
        ("<p>{{#each rows as |row|}}c{{/each}}</p>", "template-syntax", "Handlebars", "{{#rows}}…{{/rows}}"),
        ("<p>{{#if paid}}c</p>", "template-syntax", "Handlebars", "{{#paid}}…{{/paid}}"),
        ("<p>{{#if paid}}c{{else}}d</p>", "template-syntax", "Handlebars", PAIR),
        ("<p>{{#each rows}}c{{/if}}</p>", "template-syntax", "Handlebars", "{{#rows}}…{{/rows}}"),
        ("<p>{{#each rows}}c{{/rows}}</p>", "template-syntax", "Handlebars", "{{#rows}}…{{/rows}}"),
        ("<p>{{#unless paid}}c</p>", "template-syntax", "Handlebars", "{{^paid}}…{{/paid}}"),
        ("<p>{{#money total}}c{{/money}}</p>", "template-syntax", "Handlebars", "into the data"),
        ("<p>{{^shown-to user}}c{{/shown-to}}</p>", "template-syntax", "Handlebars", "into the data"),
    ],
)
def test_what_cannot_be_read_says_what_it_is_elsewhere(
    author: Author, body: str, code: str, engine: str, instead: str
) -> None:
    (finding,) = said(author, body)

    assert finding.code == code
    assert engine in f"{finding.message} {finding.remedy}"
    assert instead in finding.remedy


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ("<p>{{#first name}}c</p>", "Close it with '{{/first name}}'."),
        ("<p>{{#first name}}c{{/last}}</p>", "Close it with '{{/first name}}' first."),
        ("<p>{{#paid}}c{{/if}}</p>", "Close it with '{{/paid}}' first."),
    ],
)
def test_a_name_with_a_blank_in_it_is_no_helper(author: Author, body: str, advice: str) -> None:
    (finding,) = said(author, body)
    assert finding.remedy == advice


@pytest.mark.parametrize(
    "body",
    [
        "<p>50 % off [sic] {now} *all* | 5 || 6, #1 (of 2), a@if.example, C#</p>",
        '<p><a href="https://a.example/?q=%C3%ABCD%20E&amp;b=%%">a</a></p>',
        "<style>@media (width > 1px) { .a { color: red } } #{x}</style><p>a</p>",
        "<p>&#123;&#123; name }} is written with braces.</p>",
        "<p>" + "{# " * 20_000 + "</p>",  # nor is each looked for to the end
        "<p>" + "${a " * 20_000 + "</p>",
        "<p><a href='https://a.example/{{first name}}'>a</a><a href='{{the url}}'>b</a></p>",
        "<p>{{first name}} {{terms and conditions}} {{order-id}} {{a.b}}</p>",
    ],
)
def test_what_only_looks_alike_is_left_alone(author: Author, body: str) -> None:
    assert said(author, body) == []
