using System.Diagnostics;
using Dataflow.Site;
using Dataflow.Site.Reference;

// Renders the manual, with a reference of the public types, to src/_site. Ends with 2 where docfx cannot be had.
var root = new DirectoryInfo(AppContext.BaseDirectory);
while (!File.Exists(Path.Combine(root.FullName, "Dataflow.sln")))
    root = root.Parent ?? throw new InvalidOperationException($"'{AppContext.BaseDirectory}' is not below Dataflow.sln.");

var folder = Path.Combine(root.FullName, "src");
ReferencePages.Write(Packages.Load(AppContext.BaseDirectory), Path.Combine(folder, "Site/obj/api"));
Contents.Write(Path.Combine(folder, "Site/obj/manual"), "../../../docs");
return Run("tool", "restore") != 0 ? 2 : Run(["docfx", "build", "--warningsAsErrors", .. args]);

int Run(params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder })!;
    process.WaitForExit();
    return process.ExitCode;
}
