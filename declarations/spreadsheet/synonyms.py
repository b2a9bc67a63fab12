"""What clerks call the columns, in four languages. Written folded: no blanks, no case, no signs."""

from collections.abc import Mapping

COLUMNS: Mapping[str, str] = {
    "vin": """
        车架号 车架号码 车架 车辆识别代号 车辆识别代码 车辆识别号 车辆识别码 底盘号 vin码 vin号 vincode
        vinnumber vinno chassis chassisnumber chassisno framenumber вин винкод винномер vinкод vinномер
        номеркузова номершасси идентификационныйномер vinкоды винкоды шассинөмірі
    """,
    "catalogue": """
        目录型号 目录车型 型号目录 车型目录 车型代码 车型编码 型号代码 modelcode catalogue catalog catalogmodel
        sku кодмодели модельпокаталогу каталог артикул моделькоды каталогүлгісі каталогмоделі
    """,
    "make": """
        品牌 厂牌 车辆品牌 制造商 brand manufacturer марка маркаавто маркаавтомобиля производитель маркасы бренд
    """,
    "model": """
        型号 车型 车辆型号 规格型号 车型名称 modelname модель модельавтомобиля модельавто үлгі үлгісі моделі
    """,
    "model_year": """
        年款 车型年份 年份 生产年份 制造年份 year my yearofmanufacture годвыпуска модельныйгод год
        шығарылғанжылы үлгіжылы жылы
    """,
    "category": """
        车辆类别 车辆类型 类别 vehiclecategory vehicletype type категория категориятс типтс санаты санат
    """,
    "condition": """
        新旧 新旧程度 新车二手 车况 neworused newused состояние новыйбу күйі жағдайы
    """,
    "powertrain": """
        动力 动力类型 能源类型 燃料种类 燃料类型 驱动形式 powertrain fueltype enginetype propulsion типдвигателя
        двигатель видтоплива силоваяустановка қозғалтқыш қозғалтқыштүрі отынтүрі
    """,
    "fuel": """
        发动机燃料 混动燃料 enginefuel hybridfuel топливодвс топливодвигателя топливогибрида қозғалтқышотыны
    """,
    "displacement_cc": """
        排量 发动机排量 气缸容量 displacement enginedisplacement enginecapacity enginesize объем объемдвигателя
        объём объёмдвигателя рабочийобъем көлемі қозғалтқышкөлемі
    """,
    "seats": """
        座位 座位数 座位数量 座椅数 核定载客 核定载人数 numberofseats seatingcapacity мест места числомест
        количествомест орындар орындарсаны орынсаны
    """,
    "gross_mass_kg": """
        总质量 最大总质量 最大允许总质量 满载质量 grossmass grossweight grossvehicleweight gvw gvm полнаямасса
        максимальнаямасса разрешеннаямасса разрешённаямасса толықмасса толықмассасы
    """,
    "curb_mass_kg": """
        整备质量 整车整备质量 空车质量 自重 curbmass curbweight kerbweight kerbmass massinrunningorder
        снаряженнаямасса снаряжённаямасса массабезнагрузки жабдықталғанмасса жабдықталғанмассасы
    """,
    "hs_code": """
        hs编码 hs海关编码 商品编码 商品编号 海关编码 税号 税则号 hs hscode tariffcode commoditycode тнвэд
        кодтнвэд кодhs сэқтнкоды сэқтн hsкоды
    """,
    "value": """
        价值 金额 单价 总价 货值 申报价格 成交价格 价格 price unitprice amount стоимость цена сумма
        ценазаединицу құны бағасы баға
    """,
    "colour": """
        颜色 车身颜色 车色 color bodycolour bodycolor цвет цветкузова түсі
    """,
    "first_registered_on": """
        注册日期 首次登记日期 初次登记日期 登记日期 上牌日期 初登日期 firstregistration registrationdate
        dateoffirstregistration датапервойрегистрации перваярегистрация датарегистрации алғашқытіркеу
        тіркелгенкүні
    """,
    "odometer_km": """
        里程 里程数 行驶里程 表显里程 公里数 odometer mileage kilometres kilometers пробег одометр жүрілгенжол
        жүгірісі жүрісі
    """,
    "plate": """
        车牌 车牌号 车牌号码 号牌 号牌号码 临时车牌 临牌 临牌号 临时号牌 plateno platenumber licenseplate
        licenceplate registrationnumber госномер номерныйзнак гosномер транзитныйномер нөмірбелгісі
        мемлекеттікнөмір
    """,
    "plate_expires_on": """
        车牌有效期 车牌有效期至 临牌有效期 临牌有效期至 号牌有效期 plateexpiry plateexpires plateexpirydate
        срокдействияномера номердействителендо нөмірмерзімі
    """,
    "ferryman": """
        摆渡人 摆渡人卡号 摆渡人证件号 摆渡人护照 摆渡人编号 名册司机 名册驾驶员 ferryman ferrymancard ferrymanpassport
        ferrymanid crewmember перегонщик картаперегонщика паспортперегонщика водительизреестра
        айдапөткізуші айдапөтуші айдапөткізушікартасы айдапөткізушініңтөлқұжаты тізілімдегіжүргізуші
    """,
    "driver.name": """
        驾驶员 司机 驾驶人 驾驶员姓名 司机姓名 驾驶人姓名 姓名 driver name fullname водитель фио фиоводителя
        имяводителя имя жүргізуші жүргізушініңатыжөні атыжөні
    """,
    "driver.passport_number": """
        护照 护照号 护照号码 司机护照 司机护照号 驾驶员护照号 passport passportno driverpassport паспорт
        номерпаспорта паспортводителя төлқұжат төлқұжатнөмірі паспортнөмірі
    """,
    "driver.nationality": """
        国籍 司机国籍 驾驶员国籍 citizenship drivernationality гражданство гражданствоводителя азаматтығы
        азаматтық
    """,
    "driver.phone": """
        电话 手机 手机号 手机号码 联系电话 司机电话 驾驶员电话 phonenumber mobile tel telephone driverphone
        телефон телефонводителя мобильный телефоннөмірі
    """,
    "driver.card": """
        司机卡 司机卡号 驾驶员卡号 ic卡 ic卡号 卡号 cardno cardnumber iccard карта картаводителя номеркарты
        картанөмірі
    """,
}
"""Column key to its titles, besides the one that the template writes."""

PAPERS: Mapping[str, str] = {
    "export_licence": """
        出口许可证 许可证 exportlicence exportlicense экспортнаялицензия экспортнойлицензии лицензия лицензии
        экспорттықлицензия
    """,
    "certificate_of_conformity": """
        合格证 车辆合格证 整车合格证 机动车整车出厂合格证 certificateofconformity coc сертификатсоответствия
        сертификатасоответствия заводскойсертификат сәйкестіксертификаты
    """,
    "registration_certificate": """
        登记证书 登记证 机动车登记证书 registrationcertificate свидетельствоорегистрации
        свидетельстваорегистрации тіркеукуәлігі
    """,
    "inspection_report": """
        检测报告 检验报告 第三方检测报告 inspectionreport отчетобосмотре отчётобосмотре отчетаобосмотре
        тексеруесебі
    """,
    "after_sales_confirmation": """
        售后确认书 售后服务确认书 售后维修服务确认书 aftersalesconfirmation подтверждениесервиса
        сервистікрастама
    """,
    "temporary_plate": """
        临时行驶车号牌 temporaryplate temporarydrivingplate временныйномернойзнак уақытшанөмірбелгісі
    """,
    "compulsory_insurance": """
        交强险 保险 保险单 保单 insurance compulsoryinsurance страховка страховки полис полиса осаго сақтандыру
    """,
}
"""Code of a vehicle's paper to its names, also as they stand after a noun."""

PAPER_FIELDS: Mapping[str, str] = {
    "number": """
        * *号 *编号 *号码 *证号 *number *no *номер номер* №* *нөмірі
    """,
    "issued_on": """
        *签发日期 *发证日期 *日期 *issued *issuedon *issuedate *date *дата дата* датавыдачи* *выдан *выдана
        *берілгенкүні *күні
    """,
    "valid_until": """
        *有效期 *有效期至 *到期日 *截止日期 *validuntil *validto *expires *expiry *expirydate *действуетдо
        *действительнадо *действителендо срок* срокдействия* *мерзімі
    """,
    "quantity": """
        *数量 *许可数量 *quantity *qty *количество количествопо* *саны
    """,
}
"""Field of a paper to its titles, where * is the name of the paper."""

IGNORED = """
    序号 编号 no n nn пп номерпп рс number 备注 remark remarks примечание ескерту
"""
"""Columns that say nothing of the vehicle."""
