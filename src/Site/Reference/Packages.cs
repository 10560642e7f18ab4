using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Dataflow.Site.Reference;

/// <summary>The assemblies of the packages as the compiler sees them, with their comments.</summary>
internal sealed record Packages(Catalog Catalog, Comments Comments)
{
    /// <summary>Loads all <c>Dataflow</c> assemblies of a folder, with the documentation files beside them.</summary>
    public static Packages Load(string folder)
    {
        var files = Directory.GetFiles(folder, "Dataflow*.dll").Where(static file => File.Exists(DocumentationOf(file))).ToList();
        var ours = files.ConvertAll(static file => MetadataReference.CreateFromFile(file));
        var others = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => !files.Contains(file)).Select(static file => MetadataReference.CreateFromFile(file));
        var compilation = CSharpCompilation.Create("reference", references: ours.Concat(others));
        var comments = files.SelectMany(static file => XDocument.Load(DocumentationOf(file)).Descendants("member"))
            .DistinctBy(static member => member.Attribute("name")!.Value) // internal types are compiled into several packages
            .ToDictionary(static member => member.Attribute("name")!.Value);
        return new(new(ours.Select(one => (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(one)!)), new(comments));
    }

    private static string DocumentationOf(string assembly) => Path.ChangeExtension(assembly, ".xml");
}
