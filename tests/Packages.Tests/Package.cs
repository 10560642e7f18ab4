using System.IO.Compression;
using System.Xml.Linq;

namespace Dataflow.Packages.Tests;

/// <summary>A package's content.</summary>
public sealed class Package : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly XElement _metadata;

    public Package(string path)
    {
        _archive = ZipFile.OpenRead(path);
        using var nuspec = _archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        _metadata = XDocument.Load(nuspec).Root!.Elements().Single();
    }

    public IReadOnlyList<string> Files => [.. _archive.Entries.Select(entry => entry.FullName)];

    /// <summary>The packages that it needs, with their ranges.</summary>
    public IReadOnlyDictionary<string, string> Dependencies
        => _metadata.Descendants().Where(found => found.Name.LocalName == "dependency")
            .ToDictionary(found => found.Attribute("id")!.Value, found => found.Attribute("version")!.Value);

    public string? Metadata(string name) => Find(name)?.Value;

    public string? Repository(string attribute) => Find("repository")?.Attribute(attribute)?.Value;

    public byte[] Read(string file)
    {
        using var from = _archive.GetEntry(file)!.Open();
        using var content = new MemoryStream();
        from.CopyTo(content);
        return content.ToArray();
    }

    public void Dispose() => _archive.Dispose();

    private XElement? Find(string name) => _metadata.Elements().SingleOrDefault(found => found.Name.LocalName == name);
}
