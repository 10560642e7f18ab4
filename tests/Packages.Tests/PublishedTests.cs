using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Dataflow.Packages.Tests;

/// <summary>A package as somebody makes it who publishes it.</summary>
public sealed class PublishedTests : IDisposable
{
    private const string Address = "https://github.com/example/dataflow";

    private static readonly Guid s_sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task It_leads_to_the_repository_and_its_symbols_to_the_sources()
    {
        await Dotnet.RunAsync(
            Repository.Root, "pack", "src/Dataflow.Log", "-c", "Release", "-o", _folder["out"], "--artifacts-path", _folder["artifacts"],
            $"-p:RepositoryUrl={Address}", "-p:ContinuousIntegrationBuild=true");
        using var package = new Package(Directory.EnumerateFiles(_folder["out"], "*.nupkg").Single());
        using var symbols = new Package(Directory.EnumerateFiles(_folder["out"], "*.snupkg").Single());
        var commit = package.Repository("commit");

        Assert.Equal(Address, package.Repository("url"));
        Assert.Equal(Address, package.Metadata("projectUrl"));
        Assert.Contains(
            $"]({Address}/blob/{commit}/src/Dataflow.Log/../docs/", TextOf(package.Read("README.md")), StringComparison.Ordinal);
        using var assembly = new PEReader(new MemoryStream(package.Read("lib/net10.0/Dataflow.Log.dll")));
        Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        using var read = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols.Read("lib/net10.0/Dataflow.Log.pdb")));
        var pdb = read.GetMetadataReader();
        var sources = pdb.Documents.Select(file => pdb.GetString(pdb.GetDocument(file).Name)).ToList();
        Assert.Contains("/_/src/Dataflow.Log/LogStore.cs", sources);
        Assert.DoesNotContain(sources, file => file.StartsWith(Repository.Root, StringComparison.Ordinal));
        Assert.Contains($"https://raw.githubusercontent.com/example/dataflow/{commit}/*", SourceLinkOf(pdb), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string SourceLinkOf(MetadataReader pdb)
        => TextOf(pdb.CustomDebugInformation.Select(pdb.GetCustomDebugInformation)
            .Where(found => pdb.GetGuid(found.Kind) == s_sourceLink).Select(found => pdb.GetBlobBytes(found.Value)).Single());

    private static string TextOf(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
