package programs

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The data source and the panel in its folder are released apart, each with all of its own files and no others.
func TestPluginsAreReleasedApart(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"dist/plugin.json": `{"id": "acme-datasource"}`, "dist/module.js": "d", "dist/img/logo.svg": "l", "dist/gpx_linux": "#!",
		"dist/acme-panel/plugin.json": `{"id": "acme-panel"}`, "dist/acme-panel/module.js": "p", "dist/acme-panel/img/logo.svg": "l",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(release, 0o755); err != nil {
		t.Fatal(err)
	}
	plugins, err := splitPlugins("dist", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, plugin := range plugins {
		file, err := packPlugin(plugin, "1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		archive, err := zip.OpenReader(file)
		if err != nil {
			t.Fatal(err)
		}
		defer archive.Close() //nolint:errcheck // only read
		for _, f := range archive.File {
			names = append(names, filepath.Base(file)+": "+f.Name)
			if f.Mode()&0o100 == 0 {
				t.Errorf("%s is no program any more", f.Name)
			}
		}
	}
	slices.Sort(names)
	want := []string{
		"acme-datasource-1.2.3.zip: acme-datasource/gpx_linux",
		"acme-datasource-1.2.3.zip: acme-datasource/img/logo.svg",
		"acme-datasource-1.2.3.zip: acme-datasource/module.js",
		"acme-datasource-1.2.3.zip: acme-datasource/plugin.json",
		"acme-panel-1.2.3.zip: acme-panel/img/logo.svg",
		"acme-panel-1.2.3.zip: acme-panel/module.js",
		"acme-panel-1.2.3.zip: acme-panel/plugin.json",
	}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if _, err := os.Stat("dist/acme-panel/plugin.json"); err != nil {
		t.Error("the build lost its panel", err)
	}
}
