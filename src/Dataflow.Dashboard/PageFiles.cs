using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Dataflow.Dashboard;

/// <summary>The files of the page, which lie in the assembly: it needs no other host, and holds no data, so that no token is needed to read
/// it.</summary>
internal static class PageFiles
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'";

    private static readonly FrozenDictionary<string, Answer> s_files = Load();

    public static Task SendAsync(HttpContext context, string path)
    {
        var name = path.Length == 0 ? "index.html" : path;
        if (!s_files.TryGetValue(name, out var file)) throw new RefusedException(404, "There is no such page.");
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            throw new RefusedException(405, "The page can only be read.");
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XFrameOptions = "DENY";
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = file.ETag;
        response.ContentType = TypeOf(name);
        if (context.Request.Headers.IfNoneMatch == file.ETag)
        {
            response.StatusCode = 304;
            return Task.CompletedTask;
        }

        response.ContentLength = file.Body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask : response.Body.WriteAsync(file.Body, context.RequestAborted).AsTask();
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };

    private static FrozenDictionary<string, Answer> Load()
    {
        const string Folder = "page/";
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
            .ToFrozenDictionary(static name => name[Folder.Length..], Read, StringComparer.Ordinal);

        Answer Read(string name)
        {
            using var resource = assembly.GetManifestResourceStream(name)!;
            using var bytes = new MemoryStream();
            resource.CopyTo(bytes);
            return Answer.Of(bytes.ToArray());
        }
    }
}
