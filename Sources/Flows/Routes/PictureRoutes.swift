import Catalog
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Media

/// A picture of a product.
struct PictureBody: Documented {
    /// As `pictures` of the product says, with or without `/media/`.
    let path: String
    /// What it shows; absent for nothing to say.
    let alt: TextBody?
    static let example = PictureBody(path: "ab/abcdef.webp", alt: TextBody(en: "Tea leaves", zh: "茶叶"))

    var picture: ProductPicture {
        ProductPicture(
            path: path.hasPrefix("/media/") ? String(path.dropFirst(7)) : path,
            alt: alt?.text ?? Localized(en: ""))
    }
}

/// All pictures of a product in order.
struct PicturesBody: Documented {
    /// The version that the caller has read.
    let version: Int64
    /// Those that are not named are taken away.
    let pictures: [PictureBody]
    static let example = PicturesBody(version: 3, pictures: [.example])
}

extension MarketplaceAPI {
    /// Most bytes of a form with pictures.
    public static let uploadLimit = 25 << 20

    func addPictureRoutes(to api: API) {
        api.respond(
            .post, "/shops/{shop}/products/{product}/pictures", "addProductPictures",
            "Adds pictures: a form with files, or one picture as the body. JPEG, PNG or WebP of up to 10 MiB; what is kept "
                + "is made anew, without metadata. The same picture is added once.",
            access: .person(.shops), body: Nothing.self, answer: ShopProductBody.self,
            uploads: ["multipart/form-data", "image/jpeg", "image/png", "image/webp"]
        ) { [self] call in
            let target = try call.goods(version: 0)
            let (files, alt) = try await Self.pictures(in: call.request)
            let changed = try await KeepPictures(market).add(
                files, alt: alt, to: target, try call.command)
            return try API.json(ShopProductBody(changed))
        }
        api.respond(
            .put, "/shops/{shop}/products/{product}/pictures", "arrangeProductPictures",
            "Orders a product's pictures, says what they show, and takes away those that are not named.",
            access: .person(.shops), body: PicturesBody.self, answer: ShopProductBody.self
        ) { [self] call in
            let target = try call.goods(version: call.body.version)
            return try await Self.answer(call.context) {
                try await KeepPictures(market).arrange(
                    target, call.body.pictures.map(\.picture), try call.command)
            }
        }
    }

    /// The pictures that a request brings, and what they show.
    private static func pictures(in request: Request) async throws -> ([[UInt8]], Localized) {
        if MultipartForm.isOne(request) {
            let form = try await MultipartForm(request, limit: uploadLimit)
            return (form.files.map(\.bytes), Localized(en: form["alt"] ?? "", zh: form["alt_zh"]))
        }
        let body = try await request.body.collect(upTo: Pictures.byteLimit + 1)
        return ([Array(buffer: body)], Localized(en: ""))
    }
}
