using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Dataflow.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Dataflow.Tests.Analyzers;

/// <summary>A file of a user's, analyzed and mended in memory as an editor does it.</summary>
internal static class UserCode
{
    private const string Usings =
        "using System; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks; "
            + "using Dataflow; using Dataflow.Extensibility; using MessagePack;\n";

    private const string Types =
        "\npublic sealed record Order(string Id, int Pieces, DateTimeOffset Time = default);";

    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static file => !Path.GetFileName(file).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(static file => MetadataReference.CreateFromFile(file))];

    /// <summary>Makes a file of statements that have a stream of orders, and of types.</summary>
    public static string With(string statements, string types = "")
        => "public static class User { public static async Task DefineAsync(Pipeline pipeline, Stream<Order> orders) { "
            + $"{statements} await Task.CompletedTask; }} }} {types}";

    /// <summary>Returns what an analyzer reports, as <c>ID code: message</c>.</summary>
    public static async Task<IReadOnlyList<string>> ReportsAsync(DiagnosticAnalyzer analyzer, string file)
        => [.. (await FoundAsync(analyzer, DocumentOf(file))).Select(static found
            => $"{found.Id} {found.Location.SourceTree!.GetText().ToString(found.Location.SourceSpan)}: "
                + found.GetMessage(CultureInfo.InvariantCulture))];

    /// <summary>Returns a file as a fix leaves it, which must then be in order; null: it offers nothing.</summary>
    public static async Task<string?> MendedAsync(DiagnosticAnalyzer analyzer, CodeFix fix, string file)
    {
        var document = DocumentOf(file);
        var actions = new List<CodeAction>();
        foreach (var found in (await FoundAsync(analyzer, document)).Take(1))
        {
            await fix.RegisterCodeFixesAsync(
                new CodeFixContext(document, found, (action, _) => actions.Add(action), TestContext.Current.CancellationToken));
        }

        if (actions is not [var only]) return null;
        var operations = await only.GetOperationsAsync(TestContext.Current.CancellationToken);
        var mended = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
        Assert.Empty(await FoundAsync(analyzer, mended));
        var text = $"{await mended.GetTextAsync(TestContext.Current.CancellationToken)}";
        return text[Usings.Length..^Types.Length];
    }

    /// <summary>Loads a file as a program, of which nothing runs.</summary>
    public static Assembly Load(string file)
    {
        using var program = new MemoryStream();
        Assert.True(DocumentOf(file).Project.GetCompilationAsync().Result!.Emit(program).Success);
        return Assembly.Load(program.ToArray());
    }

    private static async Task<ImmutableArray<Diagnostic>> FoundAsync(DiagnosticAnalyzer analyzer, Document document)
    {
        var compilation = (await document.Project.GetCompilationAsync(TestContext.Current.CancellationToken))!;
        Assert.Empty(compilation.GetDiagnostics().Where(static fault => fault.Severity == DiagnosticSeverity.Error));
        var all = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. all.OrderBy(static found => found.Location.SourceSpan.Start)];
    }

    // Statements outside a type make it a program.
    private static Document DocumentOf(string file)
    {
        var isProgram = CSharpSyntaxTree.ParseText(file).GetCompilationUnitRoot().Members is [GlobalStatementSyntax, ..];
        var options = new CSharpCompilationOptions(
            isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true,
            nullableContextOptions: NullableContextOptions.Enable);
        return new AdhocWorkspace().AddProject(ProjectInfo.Create(
                ProjectId.CreateNewId(), VersionStamp.Default, "user", "user", LanguageNames.CSharp, compilationOptions: options,
                parseOptions: new CSharpParseOptions(LanguageVersion.Latest), metadataReferences: References))
            .AddDocument("User.cs", Usings + file + Types);
    }
}
