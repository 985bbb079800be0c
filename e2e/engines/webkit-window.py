#!/usr/bin/python3
"""A window of WebKitGTK for its driver, with the storage that a person's Safari has.

WebKitGTK's own small browser opens a private window for a driver, and leaves the file system for pages switched off.
Usage: webkit-window.py FOLDER, which holds what pages keep.
"""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402

# Part of Safari, ready in WebKitGTK, but switched off there until a browser wants it.
STORAGE = {"StorageAPI", "StorageAPIEstimate", "FileSystem", "FileSystemWritableStream", "AccessHandle"}

folder = sys.argv[1]
manager = WebKit2.WebsiteDataManager(base_data_directory=f"{folder}/data", base_cache_directory=f"{folder}/cache")
context = WebKit2.WebContext(website_data_manager=manager)
context.set_automation_allowed(True)


def enable_storage(settings):
    features = WebKit2.Settings.get_all_features()
    for feature in (features.get(index) for index in range(features.get_length())):
        if feature.get_identifier() in STORAGE:
            settings.set_feature_enabled(feature, True)


def open_window(_session):
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    enable_storage(view.get_settings())
    window = Gtk.Window(default_width=1440, default_height=900)
    window.connect("destroy", Gtk.main_quit)
    window.add(view)
    window.show_all()
    view.connect("close", lambda _view: window.destroy())
    return view


def start(_context, session):
    information = WebKit2.ApplicationInfo()
    information.set_name("webkit-window")
    information.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
    session.set_application_info(information)
    session.connect("create-web-view", open_window)


context.connect("automation-started", start)
Gtk.main()
