"""Attributes and elements that a sender, an editor or a mail client defines: no HTML, and no mistake.

Whoever sends the mail reads them and mostly takes them out again. A set of templates adds its own in its
``settings.toml``. In a pattern ``*`` stands for anything; each entry names who defines it.
"""

from __future__ import annotations

from collections.abc import Mapping

SENDER_ATTRIBUTES: Mapping[str, str] = {
    # Links that are not to be tracked, or are to be tracked under a name
    "clicktracking": "SendGrid, and Elastic Email after it: clicktracking=off on a link (Click Tracking).",
    "universal": "SendGrid with Branch: universal=true, a link that opens an app (Universal Links).",
    "ses:*": "Amazon SES: ses:no-track and ses:tags on a link (Developer Guide, metrics FAQ).",
    "disable-tracking": "Mailgun: disable-tracking=true on a link (Tracking Clicks).",
    "no-track": "Customer.io and Mailjet: a link that is left as it is (Link Tracking).",
    "notrack": "As no-track, in the older form of several senders.",
    "no-trackback": "Mautic's and others' templates: a link that is left as it is.",
    "mautic:*": "Mautic: mautic:disable-tracking on a link (Emails, link tracking).",
    "alias": "Salesforce Marketing Cloud: the name of a link in reports (Link Tracking Aliases).",
    "conversion": "Salesforce Marketing Cloud: conversion=true on a link (Conversion Tracking).",
    "linkname": "Oracle Responsys and Zeta: the name of a link in reports.",
    "rilt": "Oracle Responsys: the name of a link in reports (Link Tracking).",
    "xt": "Acoustic Campaign: xt=SPCLICK, how a link is tracked (Hyperlinks).",
    "_label": "Adobe Campaign: the name of a tracked link (Personalizing URLs).",
    "_type": "Adobe Campaign: what a tracked link is for (Personalizing URLs).",
    # Places that an editor lets people change
    "mc:*": "Mailchimp and Mandrill: mc:edit, mc:repeatable, mc:disable-tracking (Template Language).",
    "cm:*": "Campaign Monitor's editor.",
    "editable": "Campaign Monitor: <img editable> (Creating email templates).",
    "label": "Campaign Monitor: the name of an editable place (Creating email templates).",
    "sg-*": "SendGrid's design editor.",
    "st-*": "StampReady: st-sortable, st-content (Building modules).",
    "bh-*": "Editors of builders such as BEE and its hosts, left in what they export.",
    "module": "SendGrid's design editor: blocks of <table module>.",
    "e-*": "Emarsys: e-editable, e-block-id (Block-based templates).",
    "ems:*": "Emarsys: its template language.",
    "ee-*": "Taxi for Email and dotdigital: ee-template and the like (Email Design System syntax).",
    "nl2go:*": "Newsletter2Go, Brevo before: its template language.",
    "gr:*": "GetResponse's editor.",
    "hs-*": "HubSpot's editor.",
    "hse-*": "HubSpot's editor, drag and drop.",
    "psd-*": "Photoshop's and Postcards' exports.",
    # What is read before the mail is sent
    "emogrify": "Designmodo Postcards and inliners after Emogrifier: emogrify=no on a <style> that stays.",
    "embed": "Inky and premailers: a <style embed> that stays.",
    "inline": "Juice and Twig: a <style inline> that moves into attributes.",
    "no-inline": "Maizzle: a <style no-inline> that stays (Inline CSS).",
    "no-inliner": "Roadie and others: a <style> that stays.",
    "premailer": "Premailer for Ruby and Go: premailer=ignore on a <style> that stays.",
    "raw": "Maizzle and Inky: contents that are not transformed.",
    "th:*": "Thymeleaf, whose engine takes them out.",
    "ng-*": "AngularJS, whose engine leaves them in: ng-binding, ng-scope.",
    "v-*": "Vue, whose engine takes them out.",
    # Mail clients
    "x-apple-*": "Apple Mail: x-apple-data-detectors, which it puts on what it found.",
    "x-webkit-*": "WebKit's hints to Apple Mail.",
    "x-ms-*": "Outlook.com and Outlook for the web.",
    "amp4email": "AMP for email, on <html>.",
    "amp4email-*": "AMP for email: amp4email-boilerplate on a <style>.",
}
"""Attributes by pattern, and who reads them."""

SENDER_ELEMENTS: Mapping[str, str] = {
    "unsubscribe": "Campaign Monitor: the link to unsubscribe (Creating email templates).",
    "webversion": "Campaign Monitor: the link to the page in a browser.",
    "preferences": "Campaign Monitor: the link to the reader's choices.",
    "forwardtoafriend": "Campaign Monitor: the link to forward.",
    "fblike": "Campaign Monitor: a button of Facebook.",
    "tweet": "Campaign Monitor: a button of Twitter.",
    "currentday": "Campaign Monitor: the date of sending; so are the next three.",
    "currentdayname": "Campaign Monitor.",
    "currentmonthname": "Campaign Monitor.",
    "currentyear": "Campaign Monitor.",
    "singleline": "Campaign Monitor: an editable line.",
    "multiline": "Campaign Monitor: an editable text.",
    "repeater": "Campaign Monitor: what an editor may repeat.",
    "layout": "Campaign Monitor: a block within a repeater.",
    "repeatertitle": "Campaign Monitor: an entry of the table of contents.",
    "tableofcontents": "Campaign Monitor: the table of contents.",
    "modules": "StampReady: the blocks of a template.",
    "module": "StampReady and SendGrid: one block of a template.",
    "custom": 'Salesforce Marketing Cloud: <custom name="opencounter" type="tracking">.',
}
"""Elements by name, and who reads them."""
