package programs

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// release is the folder for the released files, from the repository's root.
var release = filepath.Join(".footfall", "release")

// platform is a system that the plugin, the collector and the analyzer run on.
type platform struct{ os, arch string }

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// manifest is what release needs of plugin.json and package.json.
type manifest struct{ ID, Version string }

// BuildRelease builds everything for every platform: the data source and its panel as the zips that Grafana installs, and the programs of
// collector and analyzer. backEnd builds the plugin's back end for a system and an architecture into dist.
func BuildRelease(ctx context.Context, p *Printer, backEnd func(os, arch string) error) error {
	if err := BuildLocal(ctx, p); err != nil {
		return err
	}
	m, err := readManifest()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(release); err != nil {
		return err
	}
	for _, to := range platforms {
		name := fmt.Sprintf("Plugin, collector and analyzer for %s on %s", to.os, to.arch)
		if err := p.Do(name, func() (string, error) {
			if err := backEnd(to.os, to.arch); err != nil {
				return "", err
			}
			collector, err := programFor(ctx, "collector", to, m.Version)
			if err != nil {
				return "", err
			}
			analyzer, err := programFor(ctx, "analyzer", to, m.Version)
			return collector + ", " + analyzer, err
		}); err != nil {
			return err
		}
	}
	parts, err := os.MkdirTemp("", "footfall-plugins-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(parts) //nolint:errcheck // it is temporary
	plugins, err := splitPlugins("dist", parts)
	if err != nil {
		return err
	}
	for _, plugin := range plugins {
		if err := p.Do("Signature of "+filepath.Base(plugin), func() (string, error) { return sign(ctx, plugin) }); err != nil {
			return err
		}
		if err := p.Do("Zip of "+filepath.Base(plugin), func() (string, error) { return packPlugin(plugin, m.Version) }); err != nil {
			return err
		}
	}
	return nil
}

// splitPlugins copies the plugins within a folder, each without those within it, to folders below another one that are called as their ids,
// and returns these. Grafana's catalogue takes no data source with a panel in its folder.
func splitPlugins(dist, to string) (folders []string, err error) {
	from := os.DirFS(dist)
	manifests, err := fs.Glob(from, "*/plugin.json")
	if err != nil {
		return nil, err
	}
	for _, file := range append([]string{"plugin.json"}, manifests...) {
		raw, err := fs.ReadFile(from, file)
		if err != nil {
			return nil, err
		}
		var m manifest
		if err := json.Unmarshal(raw, &m); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		part, err := fs.Sub(from, path.Dir(file))
		if err != nil {
			return nil, err
		}
		folder := filepath.Join(to, m.ID)
		if err := os.CopyFS(folder, part); err != nil {
			return nil, err
		}
		folders = append(folders, folder)
	}
	for _, nested := range manifests {
		if err := os.RemoveAll(filepath.Join(folders[0], filepath.Dir(nested))); err != nil {
			return nil, err
		}
	}
	return folders, nil
}

func readManifest() (m manifest, err error) {
	for _, file := range []string{"plugin.json", "package.json"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			return m, err
		}
		if err := json.Unmarshal(raw, &m); err != nil {
			return m, fmt.Errorf("%s: %w", file, err)
		}
	}
	return m, nil
}

// programFor builds a program in the folder of its name, and returns its file.
func programFor(ctx context.Context, name string, to platform, version string) (file string, err error) {
	file = filepath.Join(release, fmt.Sprintf("footfall-%s_%s_%s_%s", name, version, to.os, to.arch))
	if to.os == "windows" {
		file += ".exe"
	}
	return file, run(ctx, nil, "env", "CGO_ENABLED=0", "GOOS="+to.os, "GOARCH="+to.arch,
		"go", "build", "-trimpath", "-ldflags", "-s -w", "-o", file, "./"+name)
}

// tokenVariable is the environment variable that Grafana's signing tool reads its secret from.
const tokenVariable = "GRAFANA_ACCESS_POLICY_TOKEN"

// sign lets grafana.com sign the plugin in a folder. Without a token it stays unsigned: then Grafana loads it only if told to.
func sign(ctx context.Context, folder string) (string, error) {
	if os.Getenv(tokenVariable) == "" {
		return "none: " + tokenVariable + " is not set", nil
	}
	return "MANIFEST.txt", run(ctx, nil, "npx", "--yes", "@grafana/sign-plugin@3.3.3", "--distDir", folder)
}

// packPlugin zips the folder of a plugin, which is called as its id.
func packPlugin(folder, version string) (name string, err error) {
	id := filepath.Base(folder)
	name = filepath.Join(release, fmt.Sprintf("%s-%s.zip", id, version))
	file, err := os.Create(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	archive := zip.NewWriter(file)
	files := os.DirFS(folder)
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return pack(archive, files, path, id+"/"+path)
	})
	return name, errors.Join(err, archive.Close())
}

// pack adds a file under a name. Programs stay programs.
func pack(archive *zip.Writer, files fs.FS, path, name string) error {
	info, err := fs.Stat(files, path)
	if err != nil {
		return err
	}
	header, err := zip.FileInfoHeader(info)
	if err != nil {
		return err
	}
	header.Name, header.Method = name, zip.Deflate
	to, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	from, err := files.Open(path)
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // only read
	_, err = io.Copy(to, from)
	return err
}
