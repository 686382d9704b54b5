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
	"path/filepath"
)

// release is the folder for the released files, from the repository's root.
var release = filepath.Join(".footfall", "release")

// platform is a system that the plugin and the collector run on.
type platform struct{ os, arch string }

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// manifest is what release needs of plugin.json and package.json.
type manifest struct{ ID, Version string }

// BuildRelease builds everything for every platform: the plugin as the zip that Grafana installs, and the collector's programs. backEnd
// builds the plugin's back end for a system and an architecture into dist.
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
		name := fmt.Sprintf("Plugin and collector for %s on %s", to.os, to.arch)
		if err := p.Do(name, func() (string, error) {
			if err := backEnd(to.os, to.arch); err != nil {
				return "", err
			}
			return collectorFor(ctx, to, m.Version)
		}); err != nil {
			return err
		}
	}
	if err := p.Do("Signature", func() (string, error) { return sign(ctx) }); err != nil {
		return err
	}
	return p.Do("Plugin's zip", func() (string, error) { return packPlugin(m) })
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

func collectorFor(ctx context.Context, to platform, version string) (file string, err error) {
	file = filepath.Join(release, fmt.Sprintf("footfall-collector_%s_%s_%s", version, to.os, to.arch))
	if to.os == "windows" {
		file += ".exe"
	}
	return file, run(ctx, nil, "env", "CGO_ENABLED=0", "GOOS="+to.os, "GOARCH="+to.arch,
		"go", "build", "-trimpath", "-ldflags", "-s -w", "-o", file, "./collector")
}

// tokenVariable is the environment variable that Grafana's signing tool reads its secret from.
const tokenVariable = "GRAFANA_ACCESS_POLICY_TOKEN"

// sign lets grafana.com sign what is in dist. Without a token it stays unsigned: then Grafana loads it only if told to.
func sign(ctx context.Context) (string, error) {
	if os.Getenv(tokenVariable) == "" {
		return "none: " + tokenVariable + " is not set", nil
	}
	return "dist/MANIFEST.txt", run(ctx, nil, "npx", "--yes", "@grafana/sign-plugin@3.3.3")
}

// packPlugin zips dist, in a folder that has the plugin's id as its name.
func packPlugin(m manifest) (name string, err error) {
	name = filepath.Join(release, fmt.Sprintf("%s-%s.zip", m.ID, m.Version))
	file, err := os.Create(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	archive := zip.NewWriter(file)
	dist := os.DirFS("dist")
	err = fs.WalkDir(dist, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return pack(archive, dist, path, m.ID+"/"+path)
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
